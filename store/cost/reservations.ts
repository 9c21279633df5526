import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { StoreUnavailable } from '../../core/errors.js';
import { BUDGET_LINES, type Budget, type BudgetLine, type CostItem } from '../../core/schemas/money.js';
import type { SourceName } from '../../core/schemas/names.js';
import { monthAfter, restOfMonth, wholeMonth } from '../../domain/accrual.js';
import { type MonthFigures, type OverLimit, overLimit, sumByLine } from '../../domain/budget.js';
import { isDuplicateKey } from '../database.js';
import { controlSentence, controlsInForce, obeyThresholds } from './controls.js';
import { accountingDay, bookCost, type CostEntryDocument, dearestBefore, entriesOf, runningBefore } from './entries.js';

/** Money that is held back for a paid call whose price is not known yet. */
export interface Reservation extends PaidCall {
  /** Day of the accounts, UTC: the call counts in this day and month, also when it is settled later. */
  readonly day: string;
  readonly at: Date;
}

/** A paid call that is about to be made. */
export interface PaidCall {
  /** Names the call, and its entry in the ledger. */
  readonly id: string;
  readonly line: BudgetLine;
  readonly item: CostItem;
  /** The most that it may cost. */
  readonly expectedUsdMicros: number;
  readonly market: string | null;
  readonly source: SourceName | null;
  readonly zip: string | null;
  readonly runKey: string | null;
}

/** `budget_months`: what is held back in a month `YYYY-MM`, until an entry of the ledger takes its place. */
export interface BudgetMonthDocument {
  readonly _id: string;
  /** Counts reservations, so that of those who looked at the same state one alone adds to it. */
  readonly turn: number;
  readonly open: readonly Reservation[];
}

/** A limit of the caller beside those of the budget, for one line. */
export interface OwnCap {
  readonly over: 'day' | 'month';
  readonly capUsdMicros: number;
}

/** Why a call may not be made. `control`: what it is for is suspended. */
export type Refusal =
  | OverLimit
  | { readonly over: 'day' | 'month'; readonly spentUsdMicros: number; readonly capUsdMicros: number }
  | { readonly over: 'control'; readonly reason: string };

/** What holds for the month: limits and thresholds. */
export type BudgetRules = Pick<Budget, 'lines' | 'capUsdMicros' | 'suspensions'>;

/** A reservation that nobody settled for so long belongs to a worker that died. */
const STALE_MS = 600_000;

/** Of those who reserve at one time one gets on in each round, so this is enough for more workers than there are. */
const MOST_TRIES = 500;
const LONGEST_PAUSE_MS = 30;

const monthsOf = (db: Db) => db.collection<BudgetMonthDocument>('budget_months');

/**
 * Holds the price of a call back, before it is made. Who reserves looks at what is held and booked, and adds to it only if nobody
 * else did meanwhile; so all workers together never pass a limit.
 * @param ownCaps looked at first
 * @returns null when it is held back, else why not; then nothing is
 * @throws StoreUnavailable (retried) when others were faster all the time
 */
export async function reserveCost(
  db: Db,
  call: PaidCall,
  budget: BudgetRules,
  ownCaps: readonly OwnCap[] = [],
): Promise<Refusal | null> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const at = new Date();
    const day = accountingDay(at.getTime());
    const month = await readMonth(db, day.slice(0, 7));
    // After what is held: what passes from the one to the other meanwhile is among the entries, never nowhere.
    const entries = await entriesOf(db, month._id);
    const before = await lookBack(db, day, call);
    const held = { ...call, expectedUsdMicros: mostOf(call, entries, before.dearestUsdMicros) };
    const refusal = await refusalOf(db, { month, entries, day, running: before.running }, held, budget, ownCaps);
    if (refusal !== null) return refusal;
    const { modifiedCount } = await monthsOf(db).updateOne(
      { _id: month._id, turn: month.turn },
      { $inc: { turn: 1 }, $push: { open: { ...held, day, at } } },
    );
    if (modifiedCount === 1) return null;
    await sleep(Math.random() * LONGEST_PAUSE_MS);
  }
  throw new StoreUnavailable('money could not be held back: others were faster all the time');
}

async function readMonth(db: Db, month: string): Promise<BudgetMonthDocument> {
  const found = await monthsOf(db).findOne({ _id: month });
  if (found !== null) return found;
  try {
    await monthsOf(db).updateOne({ _id: month }, { $setOnInsert: { turn: 0, open: [] } }, { upsert: true });
  } catch (problem) {
    if (!isDuplicateKey(problem)) throw problem; // another worker made it
  }
  return readMonth(db, month);
}

/** A provider that once charged more than the price list says may do it again. */
function mostOf(
  { item, expectedUsdMicros }: PaidCall,
  entries: readonly CostEntryDocument[],
  dearestUsdMicros: number,
): number {
  const charged = entries.filter((entry) => entry.item === item).map(({ costUsdMicros }) => costUsdMicros);
  return charged.reduce((most, cost) => Math.max(most, cost), Math.max(expectedUsdMicros, dearestUsdMicros));
}

/** What the month before says of this one. */
async function lookBack(db: Db, day: string, { line, item }: Pick<PaidCall, 'line' | 'item'>) {
  const month = day.slice(0, 7);
  const [charged, running] = await Promise.all([dearestBefore(db, line, item, month), runningBefore(db, day)]);
  return { dearestUsdMicros: charged, running };
}

/** What somebody sees who wants to hold money back. */
interface Sight {
  readonly month: BudgetMonthDocument;
  readonly entries: readonly CostEntryDocument[];
  readonly day: string;
  /** Subscriptions of the end of the month before that run on. */
  readonly running: readonly CostEntryDocument[];
}

async function refusalOf(
  db: Db,
  { month: { _id: month, open }, entries, day, running }: Sight,
  { line, expectedUsdMicros }: PaidCall,
  budget: BudgetRules,
  ownCaps: readonly OwnCap[],
): Promise<Refusal | null> {
  const control = (await controlsInForce(db, month)).find(({ subject }) => subject === line);
  if (control !== undefined) return { over: 'control', reason: controlSentence(control) };
  for (const { over, capUsdMicros } of ownCaps) {
    const period = over === 'day' ? day : month;
    const spentUsdMicros = sumOn(entries, line, period) + sumOn(heldBack(entries, open), line, period);
    if (spentUsdMicros + expectedUsdMicros > capUsdMicros) return { over, spentUsdMicros, capUsdMicros };
  }
  return overLimit(budget, figuresOf(entries, open, running), { line, costUsdMicros: expectedUsdMicros });
}

/**
 * Books what a call cost, obeys the thresholds, and then frees what was held back for it; a worker that dies between leaves that, and a
 * repeat or `settleStale` does the rest. A repeat after that changes nothing, and neither does a second price.
 * @param costUsdMicros null where no price is known: the expected one is booked, and marked as estimated
 */
export async function settleCost(db: Db, id: string, costUsdMicros: number | null, budget: BudgetRules): Promise<void> {
  const found = await findOpen(db, id);
  if (found === null) return;
  const { at: _at, expectedUsdMicros, id: key, ...where } = found;
  const estimated = costUsdMicros === null;
  await bookCost(db, { key, ...where, costUsdMicros: costUsdMicros ?? expectedUsdMicros, estimated });
  await obeyThresholds(db, found.day.slice(0, 7), budget);
  await releaseCost(db, id);
}

/** Nothing was bought: what was held back is free again. A repeat changes nothing, and what is booked stays booked. */
export async function releaseCost(db: Db, id: string): Promise<void> {
  await monthsOf(db).updateOne({ 'open.id': id }, { $pull: { open: { id } } });
}

async function findOpen(db: Db, id: string): Promise<Reservation | null> {
  const month = await monthsOf(db).findOne({ 'open.id': id });
  return month?.open.find((one) => one.id === id) ?? null;
}

/** Books what dead workers held back, at the expected price: the call may have been paid. @returns how many */
export async function settleStale(db: Db, budget: BudgetRules, now = Date.now()): Promise<number> {
  const stale = (await openReservations(db)).filter(({ at }) => at.getTime() < now - STALE_MS);
  for (const { id } of stale) await settleCost(db, id, null, budget);
  return stale.length;
}

/** Reservations of a month `YYYY-MM` that are not settled. */
export async function openIn(db: Db, month: string): Promise<readonly Reservation[]> {
  return (await monthsOf(db).findOne({ _id: month }))?.open ?? [];
}

/** Reservations of all months that are not settled: a call may be held back before midnight and settled after it. */
export async function openReservations(db: Db): Promise<readonly Reservation[]> {
  return (await monthsOf(db).find().toArray()).flatMap(({ open }) => open);
}

/**
 * What a month holds: booked, held back, committed.
 * @param today `YYYY-MM-DD`, UTC, in this month
 */
export async function monthFigures(db: Db, month: string, today = accountingDay(Date.now())): Promise<MonthFigures> {
  const open = await openIn(db, month);
  const running = await runningBefore(db, today);
  return figuresOf(await entriesOf(db, month), open, running);
}

function figuresOf(
  entries: readonly CostEntryDocument[],
  open: readonly Reservation[],
  running: readonly CostEntryDocument[],
): MonthFigures {
  return {
    booked: sumByLine(entries),
    reserved: sumByLine(heldBack(entries, open)),
    committed: sumByLine(BUDGET_LINES.map((line) => ({ line, costUsdMicros: committedOn(entries, line, running) }))),
  };
}

/**
 * A subscription that was booked in this month runs on to its end. So does one of the end of the month before, until the first run of this
 * month books it.
 */
function committedOn(
  entries: readonly CostEntryDocument[],
  line: BudgetLine,
  running: readonly CostEntryDocument[],
): number {
  const latest = new Map<string, CostEntryDocument>();
  for (const entry of entries) if (entry.line === line && entry.termUsdMicros) latest.set(entry.item, entry);
  const before = new Map(running.filter((one) => one.line === line).map((entry) => [entry.item, entry]));
  const unbooked = [...before.values()].filter(({ item }) => !latest.has(item));
  return (
    [...latest.values()].reduce((sum, { termUsdMicros = 0, day }) => sum + restOfMonth(termUsdMicros, day), 0) +
    unbooked.reduce((sum, { termUsdMicros = 0, day }) => sum + wholeMonth(termUsdMicros, monthAfter(day)), 0)
  );
}

function sumOn(
  rows: readonly { readonly line: BudgetLine; readonly day: string; readonly costUsdMicros: number }[],
  line: BudgetLine,
  period: string,
): number {
  return rows
    .filter((row) => row.line === line && row.day.startsWith(period))
    .reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
}

/** What is held back and not booked yet: where a worker died between the two, the entry alone counts. */
function heldBack(entries: readonly CostEntryDocument[], open: readonly Reservation[]) {
  const booked = new Set(entries.map(({ _id }) => _id));
  return open
    .filter(({ id }) => !booked.has(id))
    .map(({ line, day, expectedUsdMicros }) => ({ line, day, costUsdMicros: expectedUsdMicros }));
}

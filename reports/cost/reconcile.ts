import type { Db } from 'mongodb';
import { PhoenixError, SourceUnavailable } from '../../core/errors.js';
import { SOURCE_NAMES } from '../../core/schemas/names.js';
import { costOfDay } from '../../domain/accrual.js';
import { daysLeft, judgeBalance } from '../../domain/reconcile.js';
import type { CaptchaClient } from '../../net/captcha/client.js';
import type { ProxyAccount } from '../../net/proxies/webshare.js';
import type { CaptchaTaskDocument } from '../../store/captcha/tasks.js';
import { currentBudget } from '../../store/cost/budget-settings.js';
import { obeyThresholds } from '../../store/cost/controls.js';
import {
  accountingDay,
  bookCost,
  type CostEntryDocument,
  entriesBetween,
  entriesOf,
  findCost,
  ledgerOf,
} from '../../store/cost/entries.js';
import {
  addReading,
  lastQuietReading,
  type Provider,
  type ProviderReadingDocument,
} from '../../store/cost/provider-readings.js';
import { openReservations } from '../../store/cost/reservations.js';
import { type Permit, permissionHeld } from '../../store/decisions.js';
import { costsOf } from './state.js';

/** The accounts that can be asked; null for one without a key. */
export interface Accounts {
  readonly captcha: CaptchaClient | null;
  readonly proxies: ProxyAccount | null;
}

const DAY_MS = 86_400_000;
/** Days whose mean says how long a balance lasts. */
const USE_DAYS = 14;

/**
 * Asks the accounts that are in use, which is those that some source has permission for, and books differences with what they
 * rest on; then the thresholds are obeyed. A provider that does not answer is noted, and stops nothing. Safe to repeat.
 * @param asked true: a person wants it, permission or not
 */
export async function reconcile(
  db: Db,
  { captcha, proxies }: Accounts,
  asked: boolean,
  signal: AbortSignal,
): Promise<readonly ProviderReadingDocument[]> {
  const readings: ProviderReadingDocument[] = [];
  const use = async (permit: Permit) => asked || (await isPermitted(db, permit));
  if (captcha !== null && (await use('captcha')))
    readings.push(await noted(db, '2captcha', signal, () => readBalance(db, captcha, signal)));
  if (proxies !== null && (await use('proxies')))
    readings.push(await noted(db, 'webshare', signal, () => readPlan(db, proxies, signal)));
  if (readings.some(({ differenceUsdMicros }) => differenceUsdMicros !== 0))
    await obeyThresholds(db, accountingDay(Date.now()).slice(0, 7), await currentBudget(db));
  return readings;
}

async function isPermitted(db: Db, permit: Permit): Promise<boolean> {
  const held = await Promise.all(SOURCE_NAMES.map((name) => permissionHeld(db, name, permit)));
  return held.includes(true);
}

/** Keeps what could not be read as such. */
async function noted(
  db: Db,
  provider: Provider,
  signal: AbortSignal,
  read: () => Promise<ProviderReadingDocument>,
): Promise<ProviderReadingDocument> {
  try {
    return await read();
  } catch (error) {
    const problem = problemOf(error, signal);
    if (problem === null) throw error;
    const nothing = { quiet: false, verdict: null, differenceUsdMicros: 0, bookedUsdMicros: 0 };
    return addReading(db, { provider, at: new Date(), problem, ...nothing });
  }
}

/** Null for what is none of the provider's, such as a person who does not want to wait. */
function problemOf(error: unknown, { aborted, reason }: AbortSignal): string | null {
  if (aborted && reason instanceof Error && reason.name === 'TimeoutError') return 'it did not answer in time';
  return error instanceof PhoenixError ? `${error.code}: ${error.message}` : null;
}

/** What was booked is known only where nothing was under way, neither before the answer nor after it. */
async function readBalance(db: Db, client: CaptchaClient, signal: AbortSignal): Promise<ProviderReadingDocument> {
  const before = await captchaEntries(db);
  const busyBefore = await isBusy(db);
  const answer = await client.balance(signal);
  if ('refused' in answer) throw new SourceUnavailable('2captcha', `the balance is refused (${answer.code})`);
  const { balanceUsdMicros } = answer;
  const at = new Date();
  const ledger = await ledgerOf(db, 'captcha');
  const after = await captchaEntries(db);
  const quiet = !busyBefore && !(await isBusy(db)) && before.length === after.length;
  const last = await lastQuietReading(db, '2captcha');
  const left = daysLeft(balanceUsdMicros, costsOf(after.filter(isRecent)) / USE_DAYS);
  const reading = { provider: '2captcha', at, problem: null, balanceUsdMicros, quiet, daysLeft: left } as const;
  const { usdMicros: ledgerUsdMicros } = ledger;
  if (!quiet || last === null)
    return addReading(db, { ...reading, ledgerUsdMicros, verdict: null, differenceUsdMicros: 0, bookedUsdMicros: 0 });
  const between = after.filter((entry) => entry.at > last.at && entry.item !== 'reconciliation');
  // By sums and not by times: workers' clocks differ, and a reading may have ended between its correction and its row.
  const bookedUsdMicros =
    last.ledgerUsdMicros === undefined ? costsOf(between) : ledgerUsdMicros - last.ledgerUsdMicros;
  const { kind, differenceUsdMicros, correctionUsdMicros } = judgeBalance({
    beforeUsdMicros: last.balanceUsdMicros ?? 0,
    afterUsdMicros: balanceUsdMicros,
    bookedUsdMicros,
    doubtfulUsdMicros: costsOf(between.filter(({ estimated }) => estimated)) + (await complainedAbout(db, between)),
  });
  let correctedUsdMicros = 0;
  if (correctionUsdMicros !== 0) {
    const evidence = {
      from: last.at.toISOString(),
      to: at.toISOString(),
      balanceBeforeUsdMicros: last.balanceUsdMicros ?? 0,
      balanceAfterUsdMicros: balanceUsdMicros,
      bookedUsdMicros,
    };
    // The number of earlier corrections names this one: of two who find it at one time one books it.
    const key = `2captcha:${last.at.toISOString()}:${ledger.corrections}`;
    const correction = { line: 'captcha', key, costUsdMicros: correctionUsdMicros, evidence } as const;
    correctedUsdMicros = await bookCorrection(db, correction, at);
  }
  return addReading(db, {
    ...reading,
    ledgerUsdMicros: ledgerUsdMicros + correctedUsdMicros,
    ...{ verdict: kind, differenceUsdMicros, bookedUsdMicros },
  });
}

const isRecent = ({ at }: CostEntryDocument) => at.getTime() > Date.now() - USE_DAYS * DAY_MS;

/** Of two months: a balance is compared with the one before, which is rarely older than a day. */
async function captchaEntries(db: Db): Promise<readonly CostEntryDocument[]> {
  const now = Date.now();
  const entries = await entriesBetween(db, accountingDay(now - 62 * DAY_MS), accountingDay(now));
  return entries.filter(({ line }) => line === 'captcha');
}

async function isBusy(db: Db): Promise<boolean> {
  return (await openReservations(db)).some(({ line }) => line === 'captcha');
}

/** The provider pays back what it was told was wrong. */
async function complainedAbout(db: Db, entries: readonly CostEntryDocument[]): Promise<number> {
  const ids = entries.filter(({ estimated }) => !estimated).map(({ _id }) => _id.replace(/^captcha:/, ''));
  const wrong = await db
    .collection<CaptchaTaskDocument>('captcha_tasks')
    .find({ _id: { $in: ids }, reported: true }, { projection: { _id: 1 } })
    .toArray();
  const names = new Set(wrong.map(({ _id }) => `captcha:${_id}`));
  return costsOf(entries.filter(({ _id }) => names.has(_id)));
}

/** A plan of another price than was booked: the days of this month are corrected, and later ones have the new price. */
async function readPlan(db: Db, account: ProxyAccount, signal: AbortSignal): Promise<ProviderReadingDocument> {
  const { planId, term, termUsdMicros } = await account.plan(signal);
  const at = new Date();
  const month = accountingDay(at.getTime()).slice(0, 7);
  const own = (await entriesOf(db, month)).filter(({ line }) => line === 'proxies');
  const days = own.filter(({ item }) => item === 'proxy-plan');
  const bookedUsdMicros = costsOf(own);
  const differenceUsdMicros = days.reduce((sum, { day }) => sum + costOfDay(termUsdMicros, day), 0) - bookedUsdMicros;
  const evidence = { planId, term, termUsdMicros, days: days.length, bookedUsdMicros };
  // The number of earlier corrections names this one: of two who find it at one time one books it.
  const key = `webshare:${month}:${own.length - days.length}`;
  if (differenceUsdMicros !== 0)
    await bookCorrection(db, { line: 'proxies', key, costUsdMicros: differenceUsdMicros, evidence }, at);
  const verdict = differenceUsdMicros === 0 ? 'equal' : 'price-changed';
  const reading = { provider: 'webshare', at, problem: null, termUsdMicros, quiet: true } as const;
  return addReading(db, { ...reading, verdict, differenceUsdMicros, bookedUsdMicros });
}

interface Correction {
  readonly line: 'captcha' | 'proxies';
  readonly key: string;
  readonly costUsdMicros: number;
  readonly evidence: Readonly<Record<string, string | number | null>>;
}

/** Books a correction on the day on which the account was read. @returns what is booked under its name, by this one or another */
async function bookCorrection(db: Db, { key: name, ...correction }: Correction, at: Date): Promise<number> {
  const where = { market: null, source: null, zip: null, runKey: null };
  const day = accountingDay(at.getTime());
  const key = `reconciliation:${name}`;
  await bookCost(db, { key, ...correction, item: 'reconciliation', estimated: false, ...where, day });
  return (await findCost(db, key))?.costUsdMicros ?? correction.costUsdMicros;
}

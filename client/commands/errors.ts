import { runDateOf } from '../../core/dates.js';
import { loadErrorCauses } from '../../core/product-settings.js';
import type { ErrorDocument, ErrorEventDocument } from '../../store/errors/documents.js';
import {
  type ErrorRow,
  findError,
  latestEvents,
  markFixed,
  type Recurrence,
  readErrorTable,
  recurrenceOf,
} from '../../store/errors/figures.js';
import { type RecoveryFigures, readRecoveries } from '../../store/errors/recoveries.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { percent } from '../quality-rows.js';
import { Faults, theMarket } from '../run-request.js';
import { given, readOneSource, readSince, readWords } from '../source-request.js';

export interface ErrorsFlags {
  readonly since?: string;
  readonly source?: string;
}

export interface ErrorsFixedFlags {
  readonly release?: string;
  readonly note?: string;
  readonly by?: string;
}

const USUAL_DAYS = 7;
const DAY_MS = 86_400_000;
const TOP = 10;
const LATEST = 10;

/** Every kind of failure, the latest first. */
export async function listErrors(context: CliContext, flags: ErrorsFlags): Promise<number> {
  const { rows, from, mode } = await readTable(context, flags, 'list');
  const latest = [...rows].sort((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime());
  context.out.document({ schemaVersion: 1, mode, from, errors: latest.map(documentOf) });
  if (rows.length === 0) {
    context.out.data(`nothing failed since ${from}`);
    return 0;
  }
  const lines = latest.map((row) => [
    ...[row.fingerprint, row.kind, `${row.count}`, row.lastSeenAt.toISOString(), row.code, row.source ?? '-'],
    ...[row.activity, row.pattern],
  ]);
  context.out.data(columnsOf(['FINGERPRINT,KIND,COUNT,LAST,CODE,SOURCE,STEP,WHAT'.split(','), ...lines]));
  return 0;
}

/** What costs most minutes, with what to do about it, and how much was put right without a person. */
export async function topErrors(context: CliContext, flags: ErrorsFlags): Promise<number> {
  const { rows, recoveries, from, mode } = await readTable(context, flags, 'top');
  const errors = rows.filter(({ kind }) => kind === 'error').slice(0, TOP);
  const waits = rows.filter(({ kind }) => kind === 'wait').slice(0, TOP);
  context.out.document({
    ...{ schemaVersion: 1, mode, from },
    ...{ errors: errors.map(documentOf), waits: waits.map(documentOf), recoveries },
  });
  context.out.data(errors.length === 0 ? `nothing failed since ${from}` : columnsOf([HEAD, ...errors.map(cellsOf)]));
  if (waits.length > 0)
    context.out.data(`\nwaited, as was to be expected:\n${columnsOf([HEAD, ...waits.map(cellsOf)])}`);
  for (const row of errors) {
    const { cause, next } = adviceOn(row.code, row);
    context.out.data(`\n${row.fingerprint} ${row.pattern}\n  likely: ${cause}; next: ${next}`);
    if (row.fix !== null) context.out.data(`  ${fixWords(row.fix)}`);
  }
  context.out.data(`\n${recoveryWords(recoveries)}`);
  return 0;
}

/** One kind of failure. @throws CliError (NotFound) */
export async function showError(context: CliContext, fingerprint: string): Promise<number> {
  const { config } = await readSetting(context);
  const { error, fix, events } = await withDatabase(config, async (db) => {
    const found = await findError(db, fingerprint);
    if (found === null) throw notFound(fingerprint);
    return { error: found, fix: await recurrenceOf(db, found), events: await latestEvents(db, found._id, LATEST) };
  });
  const { _id, days, fixes = [], ...rest } = error;
  const advice = adviceOn(error.code, error);
  context.out.document({
    ...{ schemaVersion: 1, mode: config.mode, fingerprint: _id, ...rest, ...advice, days, fixes, fix },
    latest: events.map(({ _id: id, ...event }) => ({ id, ...event })),
  });
  context.out.data(`${_id}  ${error.code} in ${error.activity}${of(error)}\n  ${error.pattern}`);
  context.out.data(`  likely: ${advice.cause}; next: ${advice.next}; more: docs/errors.md`);
  if (fix !== null) context.out.data(`  ${fixWords(fix)}`);
  const perDay = Object.entries(days)
    .sort()
    .map(([day, one]) => [day, `${one.count}`, `${one.runs}`, dollars(one.costUsdMicros), minutes(one.lostMs)]);
  context.out.data(`\n${columnsOf(['DAY,COUNT,RUNS,DOLLARS,MINUTES'.split(','), ...perDay])}`);
  if (events.length > 0) context.out.data(`\n${columnsOf([EVENT_HEAD, ...events.map(eventCells)])}`);
  return 0;
}

/** Keeps that a kind of failure is put right. @throws CliError (NotFound), (UsageError) without version and note */
export async function markErrorFixed(
  context: CliContext,
  fingerprint: string,
  flags: ErrorsFixedFlags,
): Promise<number> {
  const faults = new Faults();
  const by = readWords('--by', flags.by, true, faults);
  const note = readWords('--note', flags.note, false, faults) ?? '';
  const version = readWords('--release', flags.release, false, faults);
  if (note === '' && version === null) faults.add('--release or --note must say what put it right');
  faults.throwAny('phx errors fixed --help shows an example');
  const { config } = await readSetting(context);
  const marked = await withDatabase(config, async (db) => {
    const found = await findError(db, fingerprint);
    if (found === null) throw notFound(fingerprint);
    await markFixed(db, found._id, { at: new Date(), version, by: given(by), note });
    return found._id;
  });
  context.out.document({ fingerprint: marked, version, note, by });
  context.out.data(`${marked}: put right, says ${by}; phx errors top tells when it comes back`);
  return 0;
}

interface Table {
  readonly rows: readonly ErrorRow[];
  readonly recoveries: RecoveryFigures;
  readonly from: string;
  readonly mode: string;
}

async function readTable(context: CliContext, flags: ErrorsFlags, command: string): Promise<Table> {
  const faults = new Faults();
  const [, market] = theMarket();
  const since = readSince(flags.since, { ...market, timeZone: 'UTC' }, faults);
  const source = flags.source === undefined ? null : readOneSource(flags.source, faults);
  faults.throwAny(`phx errors ${command} --help shows an example`);
  const nowMs = Date.now();
  const from = runDateOf(since?.getTime() ?? nowMs - (USUAL_DAYS - 1) * DAY_MS, 'UTC');
  const only = source === null ? {} : { source };
  const { config } = await readSetting(context);
  const read = await withDatabase(config, async (db) => ({
    rows: await readErrorTable(db, { from, to: runDateOf(nowMs, 'UTC'), ...only }),
    recoveries: await readRecoveries(db, { from: `${from}T00:00:00Z`, to: new Date(nowMs + 1).toISOString(), ...only }),
  }));
  return { ...read, from, mode: config.mode };
}

const HEAD = 'FINGERPRINT,CODE,SOURCE,STEP,COUNT,SHARE,FIRST,LAST,RUNS,DOLLARS,MINUTES'.split(',');
const EVENT_HEAD = 'FAILED,ATTEMPT,ENDED,BY,MARKET,ZIP,MESSAGE'.split(',');

function cellsOf(row: ErrorRow): readonly string[] {
  return [
    ...[row.fingerprint, row.code, row.source ?? '-', row.activity, `${row.count}`, percent(row.share)],
    ...[dayOf(row.firstSeenAt), dayOf(row.lastSeenAt), `${row.runs}`],
    ...[dollars(row.costUsdMicros), minutes(row.lostMs)],
  ];
}

function eventCells(event: ErrorEventDocument): readonly string[] {
  const { failedAt, attempt, state, action, market, zip, message } = event;
  return [failedAt.toISOString(), `${attempt}`, state, action ?? '-', market ?? '-', zip ?? '-', message];
}

function documentOf({ firstSeenAt, lastSeenAt, fix, ...row }: ErrorRow) {
  const { cause, next } = adviceOn(row.code, row);
  const seen = { firstSeenAt: firstSeenAt.toISOString(), lastSeenAt: lastSeenAt.toISOString() };
  return { ...row, ...seen, minutesLost: row.lostMs / 60_000, likelyCause: cause, nextStep: next, fix };
}

interface Named {
  readonly source: string | null;
  readonly fingerprint?: string;
  readonly _id?: string;
}

function adviceOn(
  code: string,
  { source, fingerprint, _id }: Named,
): { readonly cause: string; readonly next: string } {
  const { cause, next } = loadErrorCauses(code);
  const named = next.replace('SOURCE', source ?? 'SOURCE').replace('FINGERPRINT', fingerprint ?? _id ?? 'FINGERPRINT');
  return { cause, next: named };
}

function fixWords({ at, by, version, note, before, after }: Recurrence): string {
  const what = [version === null ? '' : `in ${version}`, note].filter((text) => text !== '').join(', ');
  const word = `put right ${what} on ${dayOf(at)}, says ${by}`;
  return after > 0
    ? `CAME BACK AFTER THE FIX: ${after} times since, ${before} before; ${word}`
    : `${word}; ${before} times before, not once since`;
}

function recoveryWords({ recovered, failed, rate, detect, recover, actions }: RecoveryFigures): string {
  if (rate === null) return 'nothing had to be put right';
  const means = `noticed after ${seconds(detect.meanMs)} (longest ${seconds(detect.maxMs)}), put right after ${seconds(recover.meanMs)} (longest ${seconds(recover.maxMs)})`;
  const how = actions.map((one) => `${one.action} ${one.recovered}/${one.recovered + one.failed}`).join(', ');
  return `put right without a person: ${recovered} of ${recovered + failed} (${percent(rate)}); ${means}\n  ${how}`;
}

const of = ({ source, host }: Pick<ErrorDocument, 'source' | 'host'>) =>
  [source, host]
    .filter((text) => text !== null)
    .map((text) => ` ${text}`)
    .join('');
const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const dollars = (micros: number) => (micros / 1_000_000).toFixed(3);
const minutes = (ms: number) => (ms / 60_000).toFixed(1);
const seconds = (ms: number | null) => (ms === null ? '-' : `${(ms / 1_000).toFixed(1)} s`);

function notFound(fingerprint: string): CliError {
  return new CliError(
    'NotFound',
    `no kind of failure begins with ${fingerprint}, or more than one does`,
    'phx errors list names all of them',
  );
}

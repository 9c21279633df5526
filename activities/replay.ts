import { SchemaDrift } from '../core/errors.js';
import { canonicalJson } from '../core/hash.js';
import type { ParseResult } from '../core/schemas/facts.js';
import type { Mode, SourceName } from '../core/schemas/names.js';
import type { ReplayBatchInput, ReplayBatchResult, ReplayTotals } from '../core/schemas/replay.js';
import { addReplays, noReplay } from '../domain/replay.js';
import type { SourceRegistry } from '../sources/index.js';
import type { Database } from '../store/database.js';
import { citedReadings, type DayAnswer, firstAnswers, runsOfDay } from '../store/replay/day-answers.js';
import {
  applyReadings,
  type Compared,
  compareReadings,
  leftOut,
  partsOf,
  type Reading,
  versionsOf,
} from '../store/replay/replay.js';
import { withHeartbeat } from './heartbeat.js';

export interface ReplayDeps {
  readonly database: Database;
  /** Sources without a way out of the process (`createOfflineSources`). */
  readonly offline: SourceRegistry;
  readonly mode: Mode;
}

/** Answers of one batch; each has up to some hundred records. */
const ANSWERS = 50;
const VERSIONS = 200;

/** Activities that read stored answers with today's parsers. Nothing is asked of any service. Safe to repeat. */
export function createReplayActivities({ database, offline, mode }: ReplayDeps) {
  const { db } = database;
  const kept = keepReadings();
  const parse = (runKey: string, answer: DayAnswer): ParseResult => kept(runKey, answer, () => parseAnew(answer));
  const parseAnew = ({ source, payload }: DayAnswer): ParseResult => {
    try {
      const read = offline.get(source).parse(payload);
      // As when it came: of an answer about another thing nothing is kept.
      return read.rejects.some(({ code }) => code !== undefined) ? { ...read, records: [] } : read;
    } catch (problem) {
      if (!(problem instanceof SchemaDrift)) throw problem;
      return { records: [], rejects: [{ key: null, path: '$', reason: problem.message }] };
    }
  };
  const answersRead = (runKey: string, answers: readonly DayAnswer[]) => {
    const spent = processorTime();
    const read = answers.map((answer) => ({ answer, ...parse(runKey, answer) }));
    const readings = read.flatMap(({ answer, records }) =>
      records.flatMap((record) =>
        record.zip === null || record.zip === answer.zip ? [{ answer, record } satisfies Reading] : [],
      ),
    );
    return { read, readings, ms: spent() };
  };
  const compareAll = async (
    input: ReplayBatchInput,
    readings: readonly Reading[],
  ): Promise<readonly ReplayTotals[]> => {
    const asked = performance.now();
    const versions = await versionsOf(database, readings);
    const versionsInMs = performance.now() - asked;
    const spent = processorTime();
    const all = compareReadings(readings, versions);
    const compareMs = spent();
    const goneOn = performance.now();
    const out = await leftOut(
      database,
      all.flatMap(({ state, reading }) => (state === 'fresh' ? [reading] : [])),
    );
    const compared = all.filter(({ state, recordId }) => state !== 'fresh' || !out.has(recordId));
    const written = input.apply ? await applyAll(input, compared) : new Map<SourceName, number>();
    const storeMs = versionsInMs + performance.now() - goneOn;
    const totals = compared.map(totalsOf);
    const rest = [...new Set(readings.map(({ answer }) => answer.source))].map((source, at) => ({
      ...noReplay(source),
      written: written.get(source) ?? 0,
      ...(at === 0 ? { storeMs, readMs: compareMs } : {}),
    }));
    return addReplays([...totals, ...rest]);
  };
  const applyAll = async (
    { market, county, runDate, runKey }: ReplayBatchInput,
    compared: readonly Compared[],
  ): Promise<ReadonlyMap<SourceName, number>> => {
    const written = new Map<SourceName, number>();
    for (const part of partsOf(compared.flatMap(({ state, reading }) => (state === 'equal' ? [] : [reading])))) {
      const [first] = part;
      if (first === undefined) continue;
      const { source, zip } = first.answer;
      const window = { market, county, source, zip, runDate, runKey, limit: null };
      written.set(source, (written.get(source) ?? 0) + (await applyReadings(database, mode, window, part)));
    }
    return written;
  };

  return {
    /**
     * Reads one batch of a day's stored answers, and writes what differs where that is wanted.
     * @throws StoreUnavailable (retried)
     */
    async replayBatch(input: ReplayBatchInput): Promise<ReplayBatchResult> {
      await Promise.all(input.sources.map((name) => offline.get(name).beforeParse?.()));
      return withHeartbeat(() => (input.cursor.part === 'answers' ? replayAnswers(input) : replayVersions(input)));
    },
  };

  async function replayAnswers(input: ReplayBatchInput): Promise<ReplayBatchResult> {
    const asked = performance.now();
    const runKeys = await runsOfDay(db, input);
    const { items, next } = await firstAnswers(db, input, runKeys, input.cursor.after, ANSWERS);
    const storeMs = performance.now() - asked;
    const { read, readings, ms } = answersRead(input.runKey, items);
    const own = read.map(({ answer, rejects }, at) => ({
      ...noReplay(answer.source),
      answers: 1,
      rejected: rejects.length,
      ...(at === 0 ? { readMs: ms, storeMs } : {}),
    }));
    const totals = addReplays([...own, ...(await compareAll(input, readings))]);
    return { totals, next: next === null ? { part: 'versions', after: '' } : { part: 'answers', after: next } };
  }

  /** What is kept and not read any more; and answers that had come before, which the other part does not meet. */
  async function replayVersions(input: ReplayBatchInput): Promise<ReplayBatchResult> {
    const runKeys = await runsOfDay(db, input);
    const { items, next } = await citedReadings(db, input, runKeys, input.cursor.after, VERSIONS);
    const parsed = new Map<DayAnswer, ParseResult>();
    const again = new Map<string, Reading>();
    const lost: ReplayTotals[] = [];
    const spent = processorTime();
    for (const { answer, key, kind, knownBefore } of items) {
      const read = parsed.get(answer) ?? parse(input.runKey, answer);
      parsed.set(answer, read);
      const record = read.records.find((one) => one.key === key && one.kind === kind);
      const id = `${answer.source}:${key}`;
      if (record === undefined) lost.push({ ...noReplay(answer.source), lost: 1, examples: [id] });
      else if (knownBefore) again.set(`${id} ${kind} ${answer.payload.fetchId}`, { answer, record });
    }
    const [first] = items;
    const reading = first ? [{ ...noReplay(first.answer.source), readMs: spent() }] : [];
    const totals = addReplays([...lost, ...reading, ...(await compareAll(input, [...again.values()]))]);
    return { totals, next: next === null ? null : { part: 'versions', after: next } };
  }
}

/** Records of what a replay read last that stay in memory. */
const RECORDS_KEPT = 20_000;

/**
 * Reading an answer is the dear part of a replay, and its second part looks at answers of the first again. What is kept is of one run:
 * the next one reads anew, by the selectors and parsers that hold then.
 */
function keepReadings() {
  const latest = new Map<string, ParseResult>();
  let ofRun = '';
  let records = 0;
  return (runKey: string, { source, rawRef, payload }: DayAnswer, parse: () => ParseResult): ParseResult => {
    if (runKey !== ofRun) {
      latest.clear();
      [ofRun, records] = [runKey, 0];
    }
    const name = canonicalJson([source, payload.kind, payload.key, rawRef, payload.fetchId]);
    const known = latest.get(name);
    if (known !== undefined) return known;
    const read = parse();
    latest.set(name, read);
    records += read.records.length;
    for (const [oldest, { records: old }] of latest) {
      if (records <= RECORDS_KEPT) break;
      latest.delete(oldest);
      records -= old.length;
    }
    return read;
  };
}

/**
 * Counts from now the processor's time of this process, in milliseconds, other threads included: how long a step took by the
 * clock says more about what else the machine does.
 */
function processorTime(): () => number {
  const began = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1_000;
  };
}

function totalsOf({ reading, recordId, state, names }: Compared): ReplayTotals {
  const { source } = reading.answer;
  return {
    ...noReplay(source),
    records: 1,
    equal: state === 'equal' ? 1 : 0,
    changed: state === 'changed' ? 1 : 0,
    fresh: state === 'fresh' ? 1 : 0,
    names: Object.fromEntries(names.map((name) => [name, 1])),
    examples: state === 'equal' ? [] : [recordId],
  };
}

export type ReplayActivities = ReturnType<typeof createReplayActivities>;

import type { Db, Filter } from 'mongodb';
import type { RecoveryAction, RecoveryOutcome } from '../../core/schemas/recovery.js';
import { isDuplicateKey } from '../database.js';

/** One try of the system to put something right by itself, from the first failure to its end. */
export interface Recovery {
  /** Names the trouble: the same one is counted once. */
  readonly id: string;
  /** What put it right, or was tried last. */
  readonly action: RecoveryAction;
  /** Error code, or name of the rule or fault. */
  readonly cause: string;
  /** Null where it concerns all markets. */
  readonly market: string | null;
  /** Source or part; null where none is to be named. */
  readonly source: string | null;
  readonly runKey: string | null;
  /** ISO instant at which the trouble began. */
  readonly startedAt: string;
  /** ISO instant at which the system knew of it. */
  readonly detectedAt: string;
  /** ISO instant at which it was put right, or given up. */
  readonly endedAt: string;
  readonly outcome: RecoveryOutcome;
  /** How often something was tried. */
  readonly tries: number;
}

/** `recoveries`: what was put right without a person, and what was not. Rows are only ever added. */
interface RecoveryDocument extends Omit<Recovery, 'id' | 'startedAt' | 'detectedAt' | 'endedAt'> {
  readonly _id: string;
  readonly startedAt: Date;
  readonly detectedAt: Date;
  readonly endedAt: Date;
}

/** Which recoveries are meant: those that ended at `from` or later, and before `to` (both ISO instants). */
export interface RecoveryRange {
  readonly from: string;
  readonly to: string;
  readonly market?: string;
  readonly source?: string;
}

/** Mean and longest of some spans, in milliseconds; null where there is none. */
export interface Spans {
  readonly meanMs: number | null;
  readonly maxMs: number | null;
}

export interface RecoveryFigures {
  readonly recovered: number;
  readonly failed: number;
  /** recovered / (recovered + failed); null where there was nothing. */
  readonly rate: number | null;
  /** From the beginning of the trouble until the system knew of it. */
  readonly detect: Spans;
  /** From the beginning of the trouble until it was put right; what was given up is not in it. */
  readonly recover: Spans;
  /** By action, the most frequent first. */
  readonly actions: readonly { readonly action: RecoveryAction; readonly recovered: number; readonly failed: number }[];
  /** By cause, the most frequent first. */
  readonly causes: readonly { readonly cause: string; readonly recovered: number; readonly failed: number }[];
}

const recoveriesOf = (db: Db) => db.collection<RecoveryDocument>('recoveries');

/**
 * Counts a recovery. A repeat with the same id changes nothing: the first end stands.
 * @returns true when it was not there before
 */
export async function noteRecovery(db: Db, { id, ...recovery }: Recovery): Promise<boolean> {
  const instants = {
    startedAt: new Date(recovery.startedAt),
    detectedAt: new Date(recovery.detectedAt),
    endedAt: new Date(recovery.endedAt),
  };
  try {
    const row = { ...recovery, ...instants };
    const { upsertedCount } = await recoveriesOf(db).updateOne({ _id: id }, { $setOnInsert: row }, { upsert: true });
    return upsertedCount === 1;
  } catch (problem) {
    if (isDuplicateKey(problem)) return false; // another worker counted it at the same time
    throw problem;
  }
}

/** Figures of a time. */
export async function readRecoveries(db: Db, { from, to, market, source }: RecoveryRange): Promise<RecoveryFigures> {
  const filter: Filter<RecoveryDocument> = {
    endedAt: { $gte: new Date(from), $lt: new Date(to) },
    ...(market === undefined ? {} : { market }),
    ...(source === undefined ? {} : { source }),
  };
  const all = await recoveriesOf(db).find(filter).toArray();
  const recovered = all.filter(({ outcome }) => outcome === 'recovered');
  const failed = all.length - recovered.length;
  return {
    recovered: recovered.length,
    failed,
    rate: all.length === 0 ? null : recovered.length / all.length,
    detect: spansOf(all.map(({ startedAt, detectedAt }) => detectedAt.getTime() - startedAt.getTime())),
    recover: spansOf(recovered.map(({ startedAt, endedAt }) => endedAt.getTime() - startedAt.getTime())),
    actions: counted(all, ({ action }) => action).map(({ name, ...counts }) => ({ action: name, ...counts })),
    causes: counted(all, ({ cause }) => cause).map(({ name, ...counts }) => ({ cause: name, ...counts })),
  };
}

function spansOf(spansMs: readonly number[]): Spans {
  if (spansMs.length === 0) return { meanMs: null, maxMs: null };
  return { meanMs: spansMs.reduce((sum, one) => sum + one, 0) / spansMs.length, maxMs: Math.max(...spansMs) };
}

function counted<T extends string>(all: readonly RecoveryDocument[], nameOf: (one: RecoveryDocument) => T) {
  const rows = new Map<T, { name: T; recovered: number; failed: number }>();
  for (const one of all) {
    const name = nameOf(one);
    const row = rows.get(name) ?? { name, recovered: 0, failed: 0 };
    row[one.outcome] += 1;
    rows.set(name, row);
  }
  return [...rows.values()].sort((a, b) => b.recovered + b.failed - (a.recovered + a.failed));
}

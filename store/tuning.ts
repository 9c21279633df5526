import type { Db } from 'mongodb';
import { readTuning } from '../core/schemas/setting-values.js';
import { BATCH_BOUNDS } from '../domain/batch-control.js';
import type { BatchStart } from '../domain/optimize/proposal.js';
import { changeSetting, type Standing, standingSettings, standingWithWords } from './settings.js';

/** Name of the one setting of this topic. */
const BATCH = 'llm-batch';

/** How batches of the model begin now: what a person applied, else the rule's own beginning. */
export async function batchStart(db: Db): Promise<BatchStart> {
  const found = readTuning(await standingSettings(db, 'tuning')).get(BATCH);
  return found ?? { size: BATCH_BOUNDS.first, lanes: 1 };
}

/** A beginning that was applied, and what it is held against. */
export interface AppliedBatch extends BatchStart {
  /** Wall time a property before. */
  readonly msPerProperty: number;
  readonly by: string;
  readonly note: string;
  readonly at: Date;
}

/** What was applied last; null for nothing, or when it was taken back. */
export async function appliedBatch(db: Db): Promise<AppliedBatch | null> {
  const found = (await standingWithWords(db, 'tuning')).get(BATCH);
  if (found === undefined) return null;
  const value = readTuning(new Map([[BATCH, found.value]])).get(BATCH);
  return value === undefined ? null : { ...value, ...wordsOf(found) };
}

const wordsOf = ({ by, note, at }: Standing) => ({ by, note, at });

/** Applies a beginning from the next run on. */
export async function applyBatch(
  db: Db,
  value: BatchStart & { readonly msPerProperty: number },
  words: { readonly by: string; readonly note: string },
): Promise<void> {
  const { size, lanes, msPerProperty } = value;
  await changeSetting(db, { topic: 'tuning', subject: BATCH, value: { size, lanes, msPerProperty }, ...words });
}

/** Takes back what was applied. */
export async function resetBatch(db: Db, words: { readonly by: string; readonly note: string }): Promise<void> {
  await changeSetting(db, { topic: 'tuning', subject: BATCH, value: null, ...words });
}

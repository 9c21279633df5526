import type { Db } from 'mongodb';
import type { RetentionPolicy, RetentionReport } from '../../core/schemas/retention.js';
import { keepDocuments } from './documents.js';
import { keepFiles } from './files.js';
import { keepWindowPages } from './window-pages.js';

export interface RetentionOptions {
  readonly policy: RetentionPolicy;
  readonly dataFolder: string;
  /** False: only says what it would do. */
  readonly apply: boolean;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/**
 * Removes what is older than the policy says and cited by nothing, or says what it would remove. May be broken off at any moment and
 * done again.
 */
export async function keepRetention(db: Db, options: RetentionOptions): Promise<RetentionReport> {
  const { policy, apply } = options;
  const documents = await keepDocuments(db, { ...options, days: policy.collections });
  return {
    applied: apply,
    rows: [...documents, await keepWindowPages(db, options), ...(await keepFiles(db, options))],
  };
}

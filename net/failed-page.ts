import { type ErrorCode, PhoenixError } from '../core/errors.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceName } from '../core/schemas/names.js';

/** A page that could not be used, as it was last seen. */
export interface FailedPage {
  readonly source: SourceName;
  /** Short name of the page kind, as in `fetches`. */
  readonly endpoint: string;
  readonly url: string;
  /** Window it was asked for; null for probes. */
  readonly window: Window | null;
  /** A page, or the answer of a JSON service as JSON text. */
  readonly type: 'html' | 'json';
  /** Redacted by the source: a wall may name a visitor, an unknown layout an agent. */
  readonly content: string;
  readonly code: ErrorCode;
  /** The error in words. */
  readonly problem: string;
}

/**
 * Keeps a copy of a page for the person who looks into its error. A repeat overwrites the same copy.
 * @returns where it is, relative to the data folder
 * @throws StoreUnavailable
 */
export type KeepFailedPage = (page: FailedPage) => Promise<string>;

/** Errors that a look at the page explains. */
const EXPLAINED_BY_THE_PAGE: ReadonlySet<ErrorCode> = new Set([
  'Blocked',
  'SchemaDrift',
  'ResponseInvalid',
  'BrowserCrashed',
]);

/**
 * Keeps the page that an error is about and names the copy in the error's message. What cannot be kept never hides the
 * error: the message says so.
 * @param problem anything caught; errors that no page explains are left alone
 */
export async function keepPageOf(
  problem: unknown,
  keep: KeepFailedPage,
  page: Omit<FailedPage, 'code' | 'problem'>,
): Promise<void> {
  if (!(problem instanceof PhoenixError) || !EXPLAINED_BY_THE_PAGE.has(problem.code)) return;
  try {
    problem.addNote(`page kept as ${await keep({ ...page, code: problem.code, problem: problem.message })}`);
  } catch (fault) {
    problem.addNote(`the page could not be kept (${fault instanceof PhoenixError ? fault.code : 'unknown fault'})`);
  }
}

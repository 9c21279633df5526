import type { Json } from '../hash.js';
import type { SourceName } from './names.js';

/** Place in a walk; only the source that made it can read it. */
export type Cursor = Json;

/** One source, one ZIP, one day, as worked on by one run. */
export interface Window {
  readonly market: string;
  readonly county: string;
  readonly source: SourceName;
  readonly zip: string;
  /** `YYYY-MM-DD` in the market's zone; names the window, dates no fact. */
  readonly runDate: string;
  /** The run that works on it (`ids.runKeyOf`). */
  readonly runKey: string;
  /** Most keys to take from this window, null for all. */
  readonly limit: number | null;
}

/**
 * What the walk of a window asks for. `since` and `until` are instants of last change, ISO 8601 UTC.
 * - `whole`: all there is.
 * - `changes`: what changed after `since`; with `keys`, the list of all keys before that, so that what is gone can be seen.
 * - `past`: what changed last in a span of the past, `since` inside, `until` outside.
 */
export type Walk =
  | { readonly kind: 'whole' }
  | { readonly kind: 'changes'; readonly since: string; readonly keys: boolean }
  | { readonly kind: 'past'; readonly since: string; readonly until: string };

/** Part of a walk; the source counts each for itself. `whole` and `keys` name everything that is there. */
export const WALK_PARTS = ['whole', 'keys', 'changes', 'past'] as const;
export type WalkPart = (typeof WALK_PARTS)[number];

/** What became of one key in one run: the first that holds, in this order. */
export const OUTCOMES = ['excluded', 'quarantined', 'stored', 'unchanged'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** `seen = stored + unchanged + quarantined + excluded`, always. */
export interface Counts {
  readonly seen: number;
  readonly stored: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly excluded: number;
}

export const NO_COUNTS: Counts = { seen: 0, stored: 0, unchanged: 0, quarantined: 0, excluded: 0 };

export type WindowState = 'complete' | 'partial' | 'suspect' | 'failed' | 'skipped' | 'missed';

export interface OpenWindowInput {
  readonly window: Window;
  /** Walk it, and whole, although it is complete. */
  readonly force: boolean;
  /** True for a day that is over: a source that can be asked for the past is asked for that day alone. Left out: false. */
  readonly past?: boolean;
}

export interface OpenWindowResult {
  /** True when the window is complete already and nothing is to be asked. */
  readonly alreadyComplete: boolean;
}

export interface CollectPageInput {
  readonly window: Window;
  readonly cursor: Cursor | null;
}

export interface CollectPageResult {
  /** Null after the last page. */
  readonly nextCursor: Cursor | null;
  /** Keys taken from this window by this run so far, pages asked twice counted once. For progress, not for counts. */
  readonly keysSoFar: number;
  /** What the source says it holds, null when it says nothing. */
  readonly total: number | null;
  /** True when the walk ends here because of the window's limit. */
  readonly limitReached: boolean;
}

export interface CloseWindowInput {
  readonly window: Window;
  readonly state: WindowState;
  /** Why the state is not `complete`: `limit`, an error code, or a sentence; null when complete. */
  readonly reason: string | null;
}

/** How one ZIP of one source ended. */
export interface ZipResult {
  readonly zip: string;
  readonly status: WindowState;
  /** Null when complete; else an error code, `limit`, or a sentence. */
  readonly reason: string | null;
}

/** How one source ended. */
export interface SourceResult {
  readonly source: SourceName;
  readonly status: 'complete' | 'partial' | 'failed' | 'skipped';
  readonly reason: string | null;
  readonly zips: readonly ZipResult[];
  /** Details that the request budget left for another day. */
  readonly detailsLeft: number;
}

export interface PlanDetailsInput {
  /** Ask again for details that are in for this day. */
  readonly force: boolean;
  readonly windows: readonly Window[];
}

/** Detail work of one source, in order of priority. Batches hold at most 25 keys of one window. */
export interface PlanDetailsResult {
  readonly batches: readonly DetailBatch[];
  /** Keys that the request budget leaves for another day. */
  readonly leftForLater: number;
}

export interface DetailBatch {
  readonly window: Window;
  readonly keys: readonly string[];
}

export interface CollectDetailsResult {
  /** Keys whose detail is stored after this call, by it or by an earlier attempt. */
  readonly done: number;
  /** Keys the source does not have, or whose answer was not usable; each is marked in the ledger. */
  readonly missing: number;
}

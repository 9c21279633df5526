import type { KindState } from './change-events.js';

/** A moment to look back to; null in either time means now. Epoch milliseconds. */
export interface AsOf {
  /** What held at this moment: answers that had arrived by then. */
  readonly validMs: number | null;
  /** What we knew at this moment: versions that were written by then. */
  readonly knownMs: number | null;
}

/** One written state of a record. */
export interface HistoryVersion<K extends KindState> {
  readonly version: number;
  readonly propertyId: string;
  readonly kinds: Readonly<Record<string, K>>;
  /** When the answer that made it arrived. */
  readonly validFrom: Date;
  /** When it was written. */
  readonly knownFrom: Date;
}

/** What a record said at a moment. */
export interface StateAsOf<K extends KindState> {
  /** Number of the newest version that is part of it. */
  readonly version: number;
  /** Property it was about by the word of that version. */
  readonly propertyId: string;
  readonly kinds: Readonly<Record<string, K>>;
}

/**
 * What a record said as of a moment, out of all its versions. Pure. Each kind of answer is taken by itself: the youngest of it that
 * had arrived. So a version that was written late, behind a younger answer of another kind, does not bring that one forward.
 * @returns null when nothing was known of it
 */
export function recordAsOf<K extends KindState>(
  versions: readonly HistoryVersion<K>[],
  { validMs, knownMs }: AsOf,
): StateAsOf<K> | null {
  const known = versions
    .filter(({ knownFrom, validFrom }) => isBy(knownFrom, knownMs) && isBy(validFrom, validMs))
    .sort((a, b) => a.version - b.version);
  const newest = known.at(-1);
  if (newest === undefined) return null;
  const kinds = new Map<string, K>();
  for (const [kind, state] of known.flatMap((version) => Object.entries(version.kinds))) {
    const held = kinds.get(kind);
    // Of two readings of one answer the later one holds.
    const older = held !== undefined && held.fetchedAt > state.fetchedAt;
    if (!older && isBy(state.fetchedAt, validMs)) kinds.set(kind, state);
  }
  return { version: newest.version, propertyId: newest.propertyId, kinds: Object.fromEntries(kinds) };
}

/** True when it was at or before the moment; null is now. */
export function isBy(date: Date, momentMs: number | null): boolean {
  return momentMs === null || date.getTime() <= momentMs;
}

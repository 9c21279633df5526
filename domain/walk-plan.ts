import type { Walk } from '../core/schemas/collect.js';
import type { ChangesPolicy } from '../core/source.js';

/** What complete walks of a ZIP are behind us. Epoch milliseconds; null: none. */
export interface WalkedBefore {
  /** Up to when everything that changed is in. */
  readonly asOfMs: number | null;
  /** Beginning of the last whole walk. */
  readonly wholeAtMs: number | null;
  /** When all keys were met last, by a whole walk or by a list of keys. */
  readonly listedAtMs: number | null;
}

/** What is asked of the walk that comes. */
export interface WalkWish {
  readonly nowMs: number;
  /** A person wants all of it walked again. */
  readonly force: boolean;
  /** Most keys to take; null for all. */
  readonly limit: number | null;
  /** A day that is over, from its first instant to the first of the next; null for today. */
  readonly past: { readonly sinceMs: number; readonly untilMs: number } | null;
}

/**
 * Decides what a walk asks for. Whole where it must be: nothing complete is behind us or it is too old, the time for a whole
 * walk has come, a person wants it, or only some keys are taken (of which none could be called gone). Else what changed.
 */
export function planWalk(policy: ChangesPolicy, before: WalkedBefore, { nowMs, force, limit, past }: WalkWish): Walk {
  const { asOfMs, wholeAtMs, listedAtMs } = before;
  if (past !== null) {
    return { kind: 'past', since: instant(past.sinceMs - policy.overlapMs), until: instant(past.untilMs) };
  }
  if (force || limit !== null || asOfMs === null || wholeAtMs === null || listedAtMs === null) return { kind: 'whole' };
  if (nowMs - asOfMs > policy.oldestMs || nowMs - wholeAtMs >= policy.wholeEveryMs) return { kind: 'whole' };
  // A clock that was set back must not ask for changes of the time to come.
  const since = instant(Math.min(asOfMs, nowMs) - policy.overlapMs);
  return { kind: 'changes', since, keys: nowMs - listedAtMs >= policy.keysEveryMs };
}

const instant = (ms: number): string => new Date(ms).toISOString();

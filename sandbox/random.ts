import { sha256 } from '../core/hash.js';

/** Repeatable random draws. The same seed and labels give the same values on every machine. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** A whole number from `least` to `most`, both possible. */
  whole(least: number, most: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the items. @throws Error for an empty list */
  pick<T>(items: readonly T[]): T;
  /** The items in another order; the list given is left as it is. */
  shuffle<T>(items: readonly T[]): readonly T[];
  /** Draws of their own, that do not move these ones: adding a parcel leaves all others as they were. */
  fork(label: string): Random;
}

/** Makes the draws of one seed. */
export function createRandom(seed: string): Random {
  let state = Number.parseInt(sha256(seed).slice(0, 8), 16);
  const next = (): number => {
    // mulberry32: small, fast, and even enough for test data.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[whole(0, items.length - 1)];
    if (item === undefined) throw new Error('cannot pick from an empty list');
    return item;
  };
  return {
    next,
    whole,
    pick,
    chance: (probability) => next() < probability,
    shuffle: (items) =>
      items
        .map((item) => ({ item, place: next() }))
        .sort((a, b) => a.place - b.place)
        .map(({ item }) => item),
    fork: (label) => createRandom(`${seed}/${label}`),
  };
}

/** Sums of named columns by key. Keys are label values joined with a blank line between. */
export type Sums = ReadonlyMap<string, readonly number[]>;

/** Reads the sums of what was made in a time; `to` null: until now. */
export type ReadSums = (from: Date, to: Date | null) => Promise<Sums>;

/** What is so old has ended, however long an answer may take, and does not change any more. */
const SETTLED_AFTER_MS = 1_800_000;

/**
 * Sums since the first of the month (UTC) at the price of the last half hour: what is older is read once. Not to be asked twice at the
 * same time.
 */
export function createMonthTally(read: ReadSums): (nowMs: number) => Promise<Sums> {
  let settled: Sums = new Map();
  let settledUntilMs = 0;
  return async (nowMs) => {
    const monthMs = Date.parse(`${new Date(nowMs).toISOString().slice(0, 7)}-01T00:00:00Z`);
    if (settledUntilMs < monthMs) {
      settled = new Map();
      settledUntilMs = monthMs;
    }
    const settleMs = nowMs - SETTLED_AFTER_MS;
    if (settleMs > settledUntilMs) {
      settled = added(settled, await read(new Date(settledUntilMs), new Date(settleMs)));
      settledUntilMs = settleMs;
    }
    return added(settled, await read(new Date(settledUntilMs), null));
  };
}

function added(a: Sums, b: Sums): Sums {
  const all = new Map(a);
  for (const [key, columns] of b) {
    const before = all.get(key);
    all.set(
      key,
      columns.map((value, at) => value + (before?.[at] ?? 0)),
    );
  }
  return all;
}

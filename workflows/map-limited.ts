import { cancelRequested } from './failures.js';

/**
 * Runs `work` over items in a few lanes, in their order. One item's failure does not stop the others. After a cancellation
 * no further item is begun. Returns when all lanes have ended, so nothing is left running behind the caller's back.
 * @param gate awaited before each item; holds the lane while paused
 * @param stop asked before each item; true leaves the remaining items undone
 * @returns the items that were begun, in the order in which they ended
 */
export async function mapLimited<T, R>(
  items: readonly T[],
  lanes: number,
  gate: () => Promise<void>,
  stop: () => boolean,
  work: (item: T) => Promise<R>,
): Promise<readonly { readonly item: T; readonly result: PromiseSettledResult<R> }[]> {
  const queue = [...items];
  const settled: { item: T; result: PromiseSettledResult<R> }[] = [];
  const lane = async () => {
    for (;;) {
      await gate();
      if (stop() || cancelRequested()) return;
      const item = queue.shift();
      if (item === undefined) return;
      try {
        settled.push({ item, result: { status: 'fulfilled', value: await work(item) } });
      } catch (reason) {
        settled.push({ item, result: { status: 'rejected', reason } });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(lanes, items.length)) }, lane));
  return settled;
}

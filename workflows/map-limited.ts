import { isCancellation } from '@temporalio/workflow';

/**
 * Runs `work` over items in a few lanes, in their order. One item's failure does not stop the others; a cancellation
 * stops all lanes.
 * @param gate awaited before each item; holds the lane while paused
 * @param stop asked before each item; true leaves the remaining items undone
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
      if (stop()) return;
      const item = queue.shift();
      if (item === undefined) return;
      try {
        settled.push({ item, result: { status: 'fulfilled', value: await work(item) } });
      } catch (reason) {
        if (isCancellation(reason)) throw reason;
        settled.push({ item, result: { status: 'rejected', reason } });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(lanes, items.length)) }, lane));
  return settled;
}

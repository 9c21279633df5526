/** Too many requests wait already; answered with 503. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/** Runs work one piece at a time, in the order it came. */
export interface OneAtATime {
  /**
   * Waits for its turn, then runs. Work whose signal is aborted while it waits is never begun.
   * @throws QueueFull at once when `limit` pieces wait
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Pieces that wait; the running one is not counted. */
  waiting(): number;
}

/** @param limit most pieces that may wait */
export function createQueue(limit: number): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  let held = 0;
  return {
    waiting: () => Math.max(0, held - 1),
    async run(work, signal) {
      if (held > limit) throw new QueueFull(`${limit} requests wait already`);
      held += 1;
      const turn = last.then(async () => {
        signal.throwIfAborted();
        return await work();
      });
      last = turn.catch(() => undefined).finally(() => (held -= 1));
      return await turn;
    },
  };
}

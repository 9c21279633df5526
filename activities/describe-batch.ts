import { ModelBusy } from '../core/errors.js';
import { isTimeout } from '../llm/ollama-client.js';

/** What came of one property. */
export interface Described {
  /** True when it now has the model's words. */
  readonly described: boolean;
  /** True when the model was really asked. */
  readonly asked: boolean;
}

export interface BatchOutcome<T> {
  readonly done: readonly Described[];
  /** Items that the model gave no answer about, and why. */
  readonly unanswered: readonly { readonly item: T; readonly problem: ModelBusy }[];
  readonly timeouts: number;
  readonly milliseconds: number;
  /** Why the batch was broken off; null when it was not. */
  readonly trouble: ModelBusy | null;
}

/** Items in a row without an answer after which the model, not the items, is at fault. */
const UNANSWERED_IN_A_ROW = 2;

/**
 * Describes items, so many at a time, in their order. One that gets no answer is left for later; after two in a row the batch
 * is broken off, and at once when the model's server says nothing at all.
 * @param answers whether the server says anything
 * @throws everything but ModelBusy, after the items in flight have ended
 */
export async function describeBatch<T>(
  items: readonly T[],
  lanes: number,
  describeOne: (item: T) => Promise<Described>,
  mayBegin: () => boolean,
  answers: () => Promise<boolean>,
): Promise<BatchOutcome<T>> {
  const startedAt = performance.now();
  const done: Described[] = [];
  const unanswered: { item: T; problem: ModelBusy }[] = [];
  let [inARow, next] = [0, 0];
  const one = async (item: T) => {
    try {
      done.push(await describeOne(item));
      inARow = 0;
    } catch (problem) {
      if (!(problem instanceof ModelBusy)) throw problem;
      unanswered.push({ item, problem });
      inARow = (await answers()) ? inARow + 1 : UNANSWERED_IN_A_ROW;
    }
  };
  const lane = async () => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      if (!mayBegin() || inARow >= UNANSWERED_IN_A_ROW) return;
      next += 1;
      await one(item);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.max(1, lanes) }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const lost = unanswered.length === items.length;
  return {
    done,
    unanswered,
    timeouts: unanswered.filter(({ problem }) => isTimeout(problem)).length,
    milliseconds: Math.round(performance.now() - startedAt),
    trouble: inARow >= UNANSWERED_IN_A_ROW || lost ? (unanswered.at(-1)?.problem ?? null) : null,
  };
}

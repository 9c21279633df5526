import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { EnrichInput, EnrichResult } from '../core/schemas/sequence.js';
import { composition, model } from './activity-proxies.js';
import { reasonOf } from './failures.js';
import { collectionEndedSignal, recordsStoredSignal } from './messages.js';

/** Properties composed by one activity, and described by one activity (spec L2: 10 to 20). */
const COMPOSE_BATCH = 100;
const MODEL_BATCH = 10;

/**
 * Turns stored facts into properties while collection goes on: rules for all of them at once, the model's words as far
 * as its time lasts, listings first. Ends when collection has ended and nothing waits, or at the model's deadline.
 */
export async function enrichPending(input: EnrichInput): Promise<EnrichResult> {
  let woken = true;
  let collectionEnded = input.collectionEnded;
  let composed = 0;
  let batch = input.nextBatch;
  setHandler(recordsStoredSignal, () => {
    woken = true;
  });
  setHandler(collectionEndedSignal, () => {
    collectionEnded = true;
    woken = true;
  });
  let rulesDone = false;
  let modelProblem: string | null = null;

  const rules = async () => {
    for (;;) {
      await condition(() => woken || collectionEnded, '1 minute');
      const last = collectionEnded;
      woken = false;
      for (let more = true; more; ) {
        const result = await composition.composeBatch({ run: input.run, size: COMPOSE_BATCH });
        composed += result.composed;
        more = result.more;
        setCurrentDetails(`${composed} properties composed by rules, ${batch} batches by the model`);
      }
      if (last || workflowInfo().continueAsNewSuggested) return;
    }
  };

  /** Properties claimed by a batch; null when the model cannot be used any more, and rules' words have to do. */
  const modelBatch = async (number: number): Promise<number | null> => {
    const work = {
      run: input.run,
      batch: number,
      size: MODEL_BATCH,
      deadlineAtMs: input.deadlineAtMs,
      force: input.force,
    };
    try {
      return (await model.enrichBatch.executeWithOptions({ summary: `batch ${number}` }, [work])).claimed;
    } catch (problem) {
      if (isCancellation(problem)) throw problem;
      const { code, message } = reasonOf(problem);
      modelProblem = `${code}: ${message}`;
      return null;
    }
  };

  const modelHasTime = () =>
    input.model !== null && Date.now() < input.deadlineAtMs && !workflowInfo().continueAsNewSuggested;
  const words = async () => {
    while (modelHasTime()) {
      const claimed = await modelBatch(batch);
      if (claimed === null || (claimed === 0 && rulesDone)) return;
      if (claimed > 0) batch += 1;
      else await condition(() => woken || rulesDone, '10 seconds');
    }
  };

  await Promise.all([
    rules().then(() => {
      rulesDone = true;
    }),
    words(),
  ]);
  if (!collectionEnded) {
    await condition(allHandlersFinished);
    await continueAsNew<typeof enrichPending>({ ...input, nextBatch: batch, collectionEnded });
  }
  return { composed, batches: batch, modelProblem };
}

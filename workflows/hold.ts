import { ApplicationFailure, condition, isCancellation, setHandler } from '@temporalio/workflow';
import { holdSignal, pauseUpdate, resumeUpdate } from './messages.js';

export interface Hold {
  /** True while held. */
  readonly held: () => boolean;
  /** Waits until not held, or cancelled: what comes next in a cancelled workflow raises it. The gate of every loop. */
  readonly gate: () => Promise<void>;
}

/**
 * Handlers of pause and resume, the same for sequence, source and ZIP. Call before the first `await`.
 * @param onChange tells the workflows below
 */
export function createHold(initially: boolean, onChange: (held: boolean) => Promise<void>): Hold {
  let held = initially;
  let told = Promise.resolve();
  const change = (next: boolean): Promise<void> => {
    held = next;
    told = told.then(() => onChange(next)); // one after the other: a pause must not overtake the resume that follows it
    return told;
  };
  const refuseWhen = (state: boolean, sentence: string) => () => {
    if (held === state) throw ApplicationFailure.create({ type: 'Refused', message: sentence, nonRetryable: true });
  };
  setHandler(
    pauseUpdate,
    async () => {
      await change(true);
      return 'paused; pages in flight end first';
    },
    { validator: refuseWhen(true, 'it is paused already'), description: 'Hold after the pages in flight' },
  );
  setHandler(
    resumeUpdate,
    async () => {
      await change(false);
      return 'resumed';
    },
    { validator: refuseWhen(false, 'it is not paused'), description: 'Go on' },
  );
  setHandler(holdSignal, (next) => change(next));
  const gate = async () => {
    try {
      await condition(() => !held);
    } catch (problem) {
      if (!isCancellation(problem)) throw problem;
    }
  };
  return { held: () => held, gate };
}

import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import { holdSignal, pauseUpdate, resumeUpdate } from './messages.js';

export interface Hold {
  /** True while held. */
  readonly held: () => boolean;
  /** Waits until not held. The gate of every loop. */
  readonly gate: () => Promise<void>;
}

/**
 * Handlers of pause and resume, the same for sequence, source and ZIP. Call before the first `await`.
 * @param onChange tells the workflows below
 */
export function createHold(initially: boolean, onChange: (held: boolean) => Promise<void>): Hold {
  let held = initially;
  const change = async (next: boolean) => {
    held = next;
    await onChange(next);
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
  return { held: () => held, gate: () => condition(() => !held) };
}

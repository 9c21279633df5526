import { setTimeout as sleep } from 'node:timers/promises';
import { PhoenixError } from '../core/errors.js';
import type { CareInput, CareResult } from '../core/schemas/sequence.js';
import { type TroubleWatch, UNWATCHED } from '../core/trouble-watch.js';
import { modelTroubleOf } from '../domain/failures/actions.js';
import { RESTARTS_AN_HOUR } from '../domain/model-care.js';
import type { ModelKeeper } from '../llm/model-keeper.js';
import type { Database } from '../store/database.js';
import { careSince, noteCare } from '../store/llm.js';
import { withHeartbeat } from './heartbeat.js';

export interface ModelCareDeps {
  readonly database: Database;
  readonly host: string;
  readonly keeper: ModelKeeper;
  /** Is told what was done. Left out: nobody is. */
  readonly watch?: TroubleWatch;
  /** Of the first step. Tests give a shorter one. */
  readonly pauseMs?: number;
}

/** A server that takes a breath after a burst, or is started by its own supervisor, is back by then (assumed). */
const PAUSE_MS = 5_000;
const HOUR_MS = 3_600_000;
const CARE = { wait: 'retry', reload: 'reloaded-model', restart: 'restarted-model' } as const;

/** Activities that look after the model. */
export function createModelCareActivities({
  database: { db },
  host,
  keeper,
  pauseMs = PAUSE_MS,
  ...more
}: ModelCareDeps) {
  const { watch = UNWATCHED } = more;
  const restartsLately = async () => {
    const lately = await careSince(db, new Date(Date.now() - HOUR_MS));
    return lately.filter((care) => care.host === host && care.step === 'restart').length;
  };
  const act = async ({ step }: CareInput, signal: AbortSignal): Promise<string> => {
    if (step === 'wait') await sleep(pauseMs, undefined, { signal });
    if (step === 'reload') await keeper.reload(signal);
    const how = step === 'restart' ? await keeper.restart(signal) : `${step} was done`;
    await keeper.ready(signal);
    return how;
  };
  return {
    /**
     * Does one step of care, and writes down what came of it. What fails is a result, not an error. A repeat does the step again; the
     * server is started anew at most three times an hour, whoever asks.
     * @throws StoreUnavailable (retried)
     */
    async careForModel(input: CareInput): Promise<CareResult> {
      return withHeartbeat(async (signal) => {
        const result = await outcomeOf(input, signal);
        const { run, step, reason } = input;
        watch.acted(modelTroubleOf(run.runKey), CARE[step]);
        await noteCare(db, { host, runKey: run.runKey, step, reason, ...result });
        return result;
      });
    },
  };

  async function outcomeOf(input: CareInput, signal: AbortSignal): Promise<CareResult> {
    if (input.step === 'restart' && (await restartsLately()) >= RESTARTS_AN_HOUR) {
      return { ready: false, what: `its server was started anew ${RESTARTS_AN_HOUR} times within an hour` };
    }
    try {
      return { ready: true, what: await act(input, signal) };
    } catch (problem) {
      if (!(problem instanceof PhoenixError)) throw problem;
      return { ready: false, what: problem.message };
    }
  }
}

export type ModelCareActivities = ReturnType<typeof createModelCareActivities>;

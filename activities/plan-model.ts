import type { Config } from '../core/config.js';
import { instantOf, runDateOf } from '../core/dates.js';
import type { RunOptions } from '../core/schemas/run.js';
import type { RunPlan } from '../core/schemas/sequence.js';

/** What the model server serves. */
export interface ModelFound {
  /** Model to use, as the server names it; null without one. */
  readonly model: string | null;
  /** Why there is none; null when there is one. */
  readonly reason: string | null;
}

/** End of the time for words in the night, in the market's zone (spec W1). */
const NIGHT_DEADLINE = { hour: 4, minute: 15 };
/** Outside the night, and for a person who waits in demo mode. */
const DAYTIME_MS = 600_000;
const DEMO_FIRST_RUN_MS = 120_000;
const DEMO_LATER_RUN_MS = 20_000;

/** The model of a run and how long it may be asked. Flag before setting before the rule of the mode. */
export function planModel(
  config: Pick<Config, 'mode' | 'llmSeconds'>,
  options: Pick<RunOptions, 'llmSeconds'>,
  found: ModelFound,
  firstRunOfDay: boolean,
  timeZone: string,
  nowMs: number,
): Pick<RunPlan, 'model' | 'modelReason' | 'llmBudgetMs' | 'llmBudgetIsWork'> {
  const seconds = options.llmSeconds ?? config.llmSeconds;
  const byMode =
    config.mode === 'demo' ? (firstRunOfDay ? DEMO_FIRST_RUN_MS : DEMO_LATER_RUN_MS) : nightBudgetMs(timeZone, nowMs);
  const llmBudgetMs = seconds === null ? byMode : seconds * 1_000;
  const untilFixedHour = seconds === null && config.mode !== 'demo' && nightLeftMs(timeZone, nowMs) > 0;
  return {
    model: found.model,
    modelReason: found.reason,
    llmBudgetMs: found.model === null ? 0 : llmBudgetMs,
    ...(untilFixedHour ? {} : { llmBudgetIsWork: true }),
  };
}

function nightBudgetMs(timeZone: string, nowMs: number): number {
  const leftMs = nightLeftMs(timeZone, nowMs);
  return leftMs > 0 ? leftMs : DAYTIME_MS;
}

/** Time until the end of the night; nothing or less when it is over. */
function nightLeftMs(timeZone: string, nowMs: number): number {
  const { hour, minute } = NIGHT_DEADLINE;
  // Of the instants, not of the clock: on a change day the night is an hour longer or shorter.
  return instantOf(runDateOf(nowMs, timeZone), hour, minute, timeZone) - nowMs;
}

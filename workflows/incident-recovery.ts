import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, sleep, workflowInfo } from '@temporalio/workflow';
import { assertNever } from '../core/assert.js';
import { fillGapsWorkflowId, runKeyOf, TASK_QUEUES } from '../core/ids.js';
import type { IncidentPlan, ProbeTarget, RecoveryStep, RecoveryTry } from '../core/schemas/incidents.js';
import type { ProbeResult } from '../core/source.js';
import { firstAid, model, probeOn } from './activity-proxies.js';
import { cancelRequested, reasonOf } from './failures.js';
import { fillGaps } from './fill-gaps.js';
import { startMissedDay } from './start-missed-day.js';

/** A circuit is open for ten minutes at most (net/limiter.ts); after half an hour a person hears of it. */
const LONGEST_PAUSES_MS = 20 * 60_000;
const SHORTEST_PAUSE_MS = 1_000;

type Tried = Pick<RecoveryTry, 'outcome' | 'text'>;

/**
 * Tries one step after the other; what fails is told and does not stop the next.
 * @param current gives what the incident goes by at that time
 */
export async function tryRecovery(
  market: string,
  steps: readonly RecoveryStep[],
  current: () => Promise<IncidentPlan>,
  tell: (step: RecoveryStep, outcome: RecoveryTry['outcome'], text: string) => void,
): Promise<void> {
  for (const step of steps) {
    const attempt = async () => tryStep(step, market, await current());
    const { outcome, text } = await attempt().catch((problem: unknown): Tried => {
      if (cancelRequested()) throw problem;
      const { code, message } = reasonOf(problem);
      return { outcome: 'failed', text: `${code}: ${message}` };
    });
    tell(step, outcome, text);
  }
}

async function tryStep(step: RecoveryStep, market: string, plan: IncidentPlan): Promise<Tried> {
  switch (step) {
    case 'start-day':
      return startMissedDay(market);
    case 'fill-gaps':
      return fillToday(market, plan);
    case 'probe-source':
      return probeAll(plan.probes);
    case 'check-proxies':
      return firstAid.checkPool();
    case 'reload-model':
      return reloadModel(market, plan.runDate);
    case 'probe-components':
      return firstAid.probeComponents();
    default:
      return assertNever(step, 'recovery step');
  }
}

async function fillToday(market: string, { runDate, probes, began = true }: IncidentPlan): Promise<Tried> {
  // All of it would be asked for, at an hour that nobody chose.
  if (!began) return { outcome: 'nothing', text: `the day ${runDate} has not begun; it asks for everything itself` };
  const sources = probes.length === 0 ? null : probes.map(({ source }) => source);
  try {
    const { filled } = await executeChild(fillGaps, {
      workflowId: fillGapsWorkflowId(market, runDate, runDate),
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ market, from: runDate, to: runDate, sources, zips: null }],
      staticSummary: `${market} ${runDate}, by its incident`,
    });
    const zips = filled.flatMap(({ result }) => result.zips);
    const complete = zips.filter(({ status }) => status === 'complete').length;
    const reasons = filled.flatMap(({ result }) => ('reason' in result && result.reason ? [result.reason] : []));
    const why = reasons.map((reason) => `; ${reason}`).join('');
    if (filled.every(({ result }) => result.status === 'skipped')) {
      return { outcome: 'nothing', text: `nothing of ${runDate} can be asked for${why}` };
    }
    const text = `${complete} of ${zips.length} windows of ${runDate} that lacked are complete${why}`;
    return { outcome: complete > 0 && complete === zips.length ? 'done' : 'failed', text };
  } catch (problem) {
    if (!(problem instanceof WorkflowExecutionAlreadyStartedError)) throw problem;
    return { outcome: 'nothing', text: `${runDate} is being filled already` };
  }
}

async function probeAll(probes: readonly ProbeTarget[]): Promise<Tried> {
  const texts: string[] = [];
  let well = true;
  for (const target of probes) {
    const { state, evidence } = await probeOnce(target);
    well &&= state === 'ok';
    texts.push(`${target.source}: ${state}, ${evidence}`);
  }
  if (texts.length === 0) return { outcome: 'nothing', text: 'the cause names no source' };
  return { outcome: well ? 'done' : 'failed', text: texts.join('; ') };
}

/** One call that goes out. Where the host may not be asked yet, as while its circuit is open, that is waited for. */
async function probeOnce({ source, taskQueue }: ProbeTarget): Promise<ProbeResult> {
  for (let leftMs = LONGEST_PAUSES_MS; ; ) {
    const result = await probeOn(taskQueue).probeSource({ source });
    const { retryAfterMs } = result;
    if (retryAfterMs === undefined || retryAfterMs > leftMs) return result;
    const waitMs = Math.max(retryAfterMs, SHORTEST_PAUSE_MS);
    leftMs -= waitMs;
    await sleep(waitMs, { summary: `${source} may not be asked before` });
  }
}

async function reloadModel(market: string, runDate: string): Promise<Tried> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const run = { market, runDate, workflowId, runKey: runKeyOf(workflowId, firstExecutionRunId) };
  const { ready, what } = await model.careForModel({ run, step: 'reload', reason: 'an incident of the model' });
  return { outcome: ready ? 'done' : 'failed', text: what };
}

import {
  CancellationScope,
  type ChildWorkflowHandle,
  executeChild,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { phaseWorkflowId, runKeyOf, sourceWorkflowId } from '../core/ids.js';
import type { SourceResult } from '../core/schemas/collect.js';
import type { PhaseTime } from '../core/schemas/run.js';
import type {
  Collecting,
  DailySequenceInput,
  DailySequenceResult,
  FinishInput,
  ReportResult,
  RunName,
  RunPlan,
  SequenceProgress,
  SourcePlan,
  StandIn,
} from '../core/schemas/sequence.js';
import { FIRST_BATCH } from '../domain/batch-control.js';
import { gapsOf, standInsOf, toAsk } from '../domain/stand-ins.js';
import { collectSource } from './collect-source.js';
import { enrichPending } from './enrich-pending.js';
import { cancelRequested, reasonOf } from './failures.js';
import { createHold, type Hold } from './hold.js';
import { collectionEndedSignal, progressQuery } from './messages.js';
import { cleanUp, PHASE_TASK_QUEUE, prepareRun, reportRun, validateRun } from './phases.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';
import { resultOfHeld, tellHold, tellStage } from './tell.js';

/** What a sequence gathers on its way; read by the progress query and by the report. */
interface Progress {
  readonly run: RunName;
  phase: string;
  plan: RunPlan | null;
  readonly sources: Map<string, SourceResult | 'running'>;
  readonly phases: PhaseTime[];
  readonly problems: string[];
  readonly standIns: StandIn[];
  cancelled: boolean;
  readonly running: Set<string>;
}

/**
 * The day: prepare, collect and enrich side by side, validate, report, clean up. Whatever fails on the way, the report is
 * written and names it; a cancelled run reports what it has.
 */
export async function dailySequence(input: DailySequenceInput): Promise<DailySequenceResult> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { market, runDate } = input;
  const progress: Progress = {
    run: { market, runDate, workflowId, runKey: runKeyOf(workflowId, firstExecutionRunId) },
    phase: 'prepare',
    plan: null,
    sources: new Map(),
    phases: [],
    problems: [],
    standIns: [],
    cancelled: false,
    running: new Set(),
  };
  const hold = createHold(false, (held) => tellHold(progress.running, held));
  setHandler(progressQuery, () => describe(progress, hold));
  try {
    await timed(progress, 'prepare', async () => {
      const { options, startedBy } = input;
      const named = startedBy === undefined ? {} : { startedBy };
      progress.plan = await phase(progress, 'prepare', prepareRun, { run: progress.run, options, ...named });
    });
    if (progress.plan) await collectAndEnrich(input, progress, progress.plan, hold);
    await hold.gate();
  } catch (problem) {
    if (!cancelRequested()) progress.problems.push(sentence(progress.phase, problem));
  }
  progress.cancelled = cancelRequested();
  return CancellationScope.nonCancellable(() => finish(input, progress));
}

async function collectAndEnrich(
  input: DailySequenceInput,
  progress: Progress,
  plan: RunPlan,
  hold: Hold,
): Promise<void> {
  const enrich = await startChild(enrichPending, {
    ...childOptions(progress, phaseWorkflowId(progress.run.workflowId, 'enrich'), 'enrich'),
    args: [
      {
        run: progress.run,
        model: plan.llmBudgetMs > 0 ? plan.model : null,
        deadlineAtMs: Date.now() + plan.llmBudgetMs,
        force: input.options.forceLlm,
        zips: plan.zips,
        nextBatch: 1,
        collectionEnded: false,
        ...(plan.batchStart ? { control: { ...FIRST_BATCH, ...plan.batchStart, why: 'as a person applied it' } } : {}),
        ...(plan.llmBudgetIsWork ? { waitingIsFree: true } : {}),
        collecting: { sinceMs: Date.now(), stages: stagesAtStart(plan) },
        earlier: { composed: 0, modelProblem: null },
      },
    ],
  });
  await timed(progress, 'collect', async () => {
    await Promise.all(plan.sources.map((source) => collectOne(input, progress, plan, source, enrich.workflowId, hold)));
    await letStandIn(input, progress, plan, enrich.workflowId, hold);
  });
  await timed(progress, 'enrich', () => awaitEnrichment(progress, enrich));
}

async function collectOne(
  input: DailySequenceInput,
  progress: Progress,
  plan: RunPlan,
  source: SourcePlan,
  enrichWorkflowId: string,
  hold: Hold,
): Promise<void> {
  const name = source.source;
  if (source.skipReason !== null) {
    progress.sources.set(name, {
      source: name,
      status: 'skipped',
      reason: source.skipReason,
      zips: [],
      detailsLeft: 0,
    });
    await tellEnded(progress, plan, name, enrichWorkflowId);
    return;
  }
  progress.sources.set(name, 'running');
  show(progress);
  const held = hold.held();
  try {
    const child = startChild(collectSource, {
      ...childOptions(progress, sourceWorkflowId(progress.run.workflowId, name), name),
      args: [
        {
          run: progress.run,
          county: plan.county,
          plan: source,
          zips: plan.zips,
          limit: plan.limit,
          force: input.options.force,
          enrichWorkflowId,
          paused: held,
        },
      ],
    });
    progress.sources.set(name, await resultOfHeld(child, held, hold, progress.running));
  } catch (problem) {
    const reason = sentence(name, problem);
    progress.sources.set(name, { source: name, status: 'failed', reason, zips: [], detailsLeft: 0 });
  }
  show(progress);
  if (!cancelRequested()) await tellEnded(progress, plan, name, enrichWorkflowId);
}

/** Sources that begin at once. One that begins later is not waited for before it does: the model would stand idle. */
function stagesAtStart({ sources }: RunPlan): Collecting['stages'] {
  const now = sources.filter(({ skipReason, startDelayMs }) => skipReason === null && startDelayMs === 0);
  return Object.fromEntries(now.map(({ source }) => [source, 'walking' as const]));
}

/** A source has ended; what will stand in for it is told first, so that nothing is taken for settled in between. */
async function tellEnded(
  progress: Progress,
  plan: RunPlan,
  source: SourcePlan['source'],
  enrichWorkflowId: string,
): Promise<void> {
  const gaps = gapsOf(plan.alternatives ?? [], plan.zips, endedOf(progress)).filter(
    ({ alternative }) => alternative.of === source,
  );
  for (const { plan: by } of toAsk(gaps)) await tellStage(enrichWorkflowId, by.source, 'walking');
  await tellStage(enrichWorkflowId, source, 'ended');
}

/** Collects what a source did not from its alternative, under the alternative's own name. The window of the source stays as it is. */
async function letStandIn(
  input: DailySequenceInput,
  progress: Progress,
  plan: RunPlan,
  enrichWorkflowId: string,
  hold: Hold,
): Promise<void> {
  const gaps = gapsOf(plan.alternatives ?? [], plan.zips, endedOf(progress));
  if (gaps.length === 0 || cancelRequested() || !patched('stand-ins')) return;
  await Promise.all(
    toAsk(gaps).map(({ plan: by, zips }) =>
      collectOne(input, progress, { ...plan, zips }, { ...by, startDelayMs: 0 }, enrichWorkflowId, hold),
    ),
  );
  progress.standIns.push(...standInsOf(gaps, endedOf(progress)));
}

function endedOf({ sources }: Progress): ReadonlyMap<string, SourceResult> {
  return new Map([...sources].flatMap(([name, state]) => (state === 'running' ? [] : [[name, state] as const])));
}

/** Words can wait for another day: enrichment that fails is a problem of the report, not of the day. */
async function awaitEnrichment(progress: Progress, enrich: ChildWorkflowHandle<typeof enrichPending>): Promise<void> {
  try {
    await enrich.signal(collectionEndedSignal).catch(() => undefined); // it ended before: its result says why
    const { modelProblem } = await enrich.result();
    if (modelProblem !== null) progress.problems.push(`model: ${modelProblem}`);
  } catch (problem) {
    if (!cancelRequested()) progress.problems.push(sentence('enrich', problem));
  }
}

async function finish(input: DailySequenceInput, progress: Progress): Promise<DailySequenceResult> {
  const state = (): FinishInput => ({
    run: progress.run,
    options: input.options,
    plan: progress.plan,
    sources: [...progress.sources.values()].filter((source) => source !== 'running'),
    phases: progress.phases,
    standIns: progress.standIns,
    problems: progress.problems,
    cancelled: progress.cancelled,
  });
  await timed(progress, 'validate', async () => {
    try {
      const { problems } = await phase(progress, 'validate', validateRun, state());
      progress.problems.push(...problems);
    } catch (problem) {
      progress.problems.push(sentence('validate', problem));
    }
  });
  const { status, report } = await timed(progress, 'report', () => writeReport(progress, state()));
  await timed(progress, 'clean-up', async () => {
    try {
      await phase(progress, 'clean-up', cleanUp, state());
    } catch (problem) {
      log.warn('what the run held was not given back; the next clean-up does it', {
        problem: sentence('clean-up', problem),
      });
    }
  });
  progress.phase = 'ended';
  setCurrentDetails(`**${status}**, report ${report ?? 'not written'}`);
  return { runKey: progress.run.runKey, status, report };
}

/** A day without a report is a failed day, whatever it collected: nobody was told. */
async function writeReport(progress: Progress, input: FinishInput): Promise<Pick<ReportResult, 'status' | 'report'>> {
  try {
    return await phase(progress, 'report', reportRun, input);
  } catch (problem) {
    log.error('the report was not written', { problem: sentence('report', problem) });
    return { status: 'failed', report: null };
  }
}

async function phase<I, R>(
  progress: Progress,
  name: 'prepare' | 'validate' | 'report' | 'clean-up',
  workflow: (input: I) => Promise<R>,
  input: I,
): Promise<R> {
  const options = childOptions(progress, phaseWorkflowId(progress.run.workflowId, name), name);
  return executeChild(workflow, { ...options, args: [input] });
}

function childOptions({ run }: Progress, workflowId: string, name: string) {
  return {
    workflowId,
    taskQueue: PHASE_TASK_QUEUE,
    staticSummary: `${name} of ${run.market} ${run.runDate}`,
    typedSearchAttributes: [
      { key: SEARCH_ATTRIBUTES.market, value: run.market },
      { key: SEARCH_ATTRIBUTES.runDate, value: run.runDate },
      { key: SEARCH_ATTRIBUTES.runKind, value: name },
    ],
  };
}

async function timed<R>(progress: Progress, name: string, work: () => Promise<R>): Promise<R> {
  progress.phase = name;
  show(progress);
  const startedAtMs = Date.now();
  try {
    return await work();
  } finally {
    const endedAtMs = Date.now();
    const budgetMs = progress.plan?.phaseBudgetMs[name] ?? Number.POSITIVE_INFINITY;
    progress.phases.push({
      name,
      startedAt: new Date(startedAtMs).toISOString(),
      endedAt: new Date(endedAtMs).toISOString(),
      overBudgetMs: Math.max(0, endedAtMs - startedAtMs - budgetMs),
    });
  }
}

function describe(progress: Progress, hold: Hold): SequenceProgress {
  return {
    phase: progress.phase,
    paused: hold.held(),
    runKey: progress.run.runKey,
    sources: (progress.plan?.sources ?? []).map(({ source }) => {
      const state = progress.sources.get(source);
      return { source, status: state === undefined ? 'waiting' : state === 'running' ? 'running' : state.status };
    }),
  };
}

function show(progress: Progress): void {
  const sources = [...progress.sources].map(
    ([name, state]) => `- ${name}: ${state === 'running' ? 'running' : state.status}`,
  );
  setCurrentDetails([`**${progress.phase}**`, ...sources].join('\n'));
}

function sentence(what: string, problem: unknown): string {
  const { code, message } = reasonOf(problem);
  return `${what}: ${code}: ${message}`;
}

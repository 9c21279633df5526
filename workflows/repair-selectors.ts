import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  executeChild,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { fillGapsWorkflowId, runKeyOf, TASK_QUEUES } from '../core/ids.js';
import type { FilledSource, FillGapsResult } from '../core/schemas/fill.js';
import type {
  LostWindows,
  ProposedSelectors,
  RepairDecision,
  RepairName,
  RepairProgress,
  RepairSelectorsInput,
  RepairSelectorsResult,
} from '../core/schemas/repair.js';
import { layoutOn, notify, selectors } from './activity-proxies.js';
import { reasonOf } from './failures.js';
import { fillGaps } from './fill-gaps.js';
import { decideRepairUpdate, layoutChangedSignal, repairQuery } from './messages.js';

interface State {
  phase: RepairProgress['phase'];
  proposal: ProposedSelectors | null;
  /** Being kept; then it is the decision. */
  deciding: RepairDecision | null;
  decision: RepairDecision | null;
  reminders: number;
  readonly lost: LostWindows[];
}

/**
 * Learns a layout that no selector set knows: opens pages of known things, proposes selectors, and waits for a person, however
 * long. What is approved is used by every worker from then on, and what the change kept runs from is asked again.
 */
export async function repairSelectors(input: RepairSelectorsInput): Promise<RepairSelectorsResult> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { source } = input.plan;
  const name: RepairName = { source, repairKey: runKeyOf(workflowId, firstExecutionRunId) };
  const state: State = {
    phase: 'sampling',
    proposal: null,
    deciding: null,
    decision: null,
    reminders: 0,
    lost: [input.lost],
  };
  setHandler(layoutChangedSignal, (lost) => {
    state.lost.push(lost);
  });
  setHandler(repairQuery, () => ({ phase: state.phase, proposal: state.proposal, reminders: state.reminders }));
  setHandler(decideRepairUpdate, (word) => decide(name, state, word), {
    validator: (word) => refuse(state, word),
    description: 'Take or refuse the proposed selectors',
  });
  try {
    const { run, county, lost, plan } = input;
    await layoutOn(plan.taskQueue).sampleLayout({ run, county, zips: lost.zips, ...name });
    state.phase = 'proposing';
    state.proposal = await selectors.proposeSelectors({ run, ...name });
  } catch (problem) {
    const { code, message } = reasonOf(problem);
    state.phase = 'ended';
    return { status: 'failed', name: null, reason: `${code}: ${message}`, filled: [] };
  }
  state.phase = 'waiting';
  const decision = await awaitPerson(input, name, state);
  const result = { name: state.proposal.name, reason: decision.reason };
  if (!decision.approved) return ended(state, { status: 'rejected', ...result, filled: [] });
  state.phase = 'filling';
  setCurrentDetails(`**${source}**: ${result.name} approved, what was lost is asked again`);
  return ended(state, { status: 'approved', ...result, filled: await fillLost(input, state.lost) });
}

async function ended(state: State, result: RepairSelectorsResult): Promise<RepairSelectorsResult> {
  state.phase = 'ended';
  await condition(allHandlersFinished);
  return result;
}

function refuse({ proposal, deciding }: State, { approved, by, reason }: RepairDecision): void {
  const no = (message: string) => ApplicationFailure.create({ type: 'Refused', message, nonRetryable: true });
  if (by.trim() === '' || reason.trim() === '') throw no('a decision has a name and a reason');
  if (proposal === null) throw no('there is no proposal yet');
  if (deciding !== null) throw no('it is decided already');
  if (approved && !proposal.usable) throw no(`without ${proposal.missing.join(', ')} the proposal is of no use`);
}

/** The first word counts, also of two at the same time; it is kept before anybody is told. */
async function decide(name: RepairName, state: State, word: RepairDecision): Promise<string> {
  state.deciding = word;
  try {
    await selectors.decideSelectors({ ...name, ...word });
  } catch (problem) {
    state.deciding = null;
    throw problem;
  }
  state.decision = word;
  return word.approved
    ? `${state.proposal?.name} approved; what was lost is asked again`
    : `${state.proposal?.name} rejected`;
}

/** Tells at once, and again after each interval. */
async function awaitPerson(
  { remindAfterMs }: RepairSelectorsInput,
  name: RepairName,
  state: State,
): Promise<RepairDecision> {
  while (state.decision === null) {
    setCurrentDetails(`**${name.source}**: ${state.proposal?.name} waits for a person, ${state.reminders} reminders`);
    try {
      await Promise.race([
        notify.mailRepair({ ...name, reminder: state.reminders }),
        condition(() => state.decision !== null),
      ]);
    } catch (problem) {
      log.warn('nobody could be told of the proposal', { ...reasonOf(problem) });
    }
    if (!(await condition(() => state.decision !== null, remindAfterMs))) state.reminders += 1;
  }
  return state.decision;
}

/** A day that is being collected is waited for. */
const TRIES = 30;

async function fillLost(
  { plan }: RepairSelectorsInput,
  lost: readonly LostWindows[],
): Promise<readonly FilledSource[]> {
  const filled: FilledSource[] = [];
  for (const market of new Set(lost.map((one) => one.market))) {
    const own = lost.filter((one) => one.market === market);
    const days = own.map(({ runDate }) => runDate).sort();
    const zips = [...new Set(own.flatMap((one) => one.zips))].sort();
    const [from = '', to = ''] = [days[0], days.at(-1)];
    const input = { market, from, to, sources: [plan.source], zips };
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const result = await fillOnce(input);
      const busy = result === null || result.filled.some((part) => part.result.status === 'skipped');
      if (!busy || tries === TRIES) filled.push(...(result?.filled ?? []));
      if (!busy) break;
      await sleep('1 minute', { summary: 'the day is being collected' });
    }
  }
  return filled;
}

/** @returns null when the same days are being filled by another */
async function fillOnce(input: Parameters<typeof fillGaps>[0]): Promise<FillGapsResult | null> {
  try {
    return await executeChild(fillGaps, {
      workflowId: fillGapsWorkflowId(input.market, input.from, input.to),
      taskQueue: TASK_QUEUES.pipeline,
      args: [input],
      staticSummary: `what a changed layout kept ${input.sources?.join(', ')} from`,
    });
  } catch (problem) {
    if (problem instanceof WorkflowExecutionAlreadyStartedError) return null;
    if (isCancellation(problem)) throw problem;
    const { code, message } = reasonOf(problem);
    const [source] = input.sources ?? [];
    if (source === undefined) throw problem;
    const result = { source, status: 'failed', reason: `${code}: ${message}`, zips: [], detailsLeft: 0 } as const;
    return { days: 0, complete: 0, missed: 0, missedBefore: 0, filled: [{ runDate: input.from, result }] };
  }
}

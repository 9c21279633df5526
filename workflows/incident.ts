import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import { incidentId } from '../core/ids.js';
import type {
  CheckIncident,
  IncidentInput,
  IncidentMemory,
  IncidentPlan,
  IncidentResult,
  IncidentState,
  IncidentStep,
  NoteIncident,
  ResolveIncident,
} from '../core/schemas/incidents.js';
import { nextStep, updatesUntil } from '../domain/incidents/clocks.js';
import { mayTry, recoveryOutcome } from '../domain/incidents/recovery.js';
import {
  acknowledgedBy,
  openedIncident,
  refusesAck,
  refusesCheck,
  refusesSeverity,
  resolvedBy,
  withCheck,
  withFault,
  withNote,
  withSeverity,
  withStep,
  withTry,
} from '../domain/incidents/state.js';
import { incidents } from './activity-proxies.js';
import { tryRecovery } from './incident-recovery.js';
import {
  ackIncidentUpdate,
  checkIncidentUpdate,
  incidentFaultSignal,
  incidentQuery,
  noteIncidentUpdate,
  resolveIncidentUpdate,
  severityIncidentUpdate,
} from './messages.js';
import { startNotice } from './send-notice.js';

/** The machine does not try again sooner: what comes back at once is for a person. */
const TRY_AGAIN_MS = 30 * 60_000;

type Case = { -readonly [Key in keyof IncidentMemory]: IncidentMemory[Key] } & {
  state: IncidentState;
  plan: IncidentPlan | null;
  trying: boolean;
};

const now = () => new Date(Date.now()).toISOString();

/**
 * One trouble from its first fault to its review. Its state is here alone; the read model follows it. Faults of the same cause come as
 * signals, words of persons as updates, and the clocks of its severity run as timers: whatever is restarted, it goes on.
 */
export async function incident(input: IncidentInput): Promise<IncidentResult> {
  const { market, cause, carried } = input;
  const begun = now();
  const { state = openedIncident(incidentId(market, cause, begun), input, begun), plan: known = null } = carried ?? {};
  const own: Case = { state, plan: known, trying: false, ...(carried?.memory ?? memoryOf(carried?.state ?? null)) };
  answer(own);
  await keep(own);
  const plan = own.plan ?? (await incidents.planIncident({ market, cause, atMs: Date.now() }));
  own.plan = plan;
  while (await advance(own, plan)) {
    if (workflowInfo().continueAsNewSuggested && !own.trying) {
      await condition(allHandlersFinished);
      // Nothing is awaited from here on: what a message changed in between would be lost.
      const { kept, counted, countedAtMs, taken, triedAtMs, wantsTry } = own;
      const memory = { kept, counted, countedAtMs, taken, triedAtMs, wantsTry };
      return continueAsNew<typeof incident>({ ...input, carried: { state: own.state, plan, memory } });
    }
  }
  const { id, severity, resolvedAt, resolution } = own.state;
  return { id, severity, resolvedAt, resolution };
}

/** What it remembers at its beginning, and after a version that carried none: all was written down then. */
function memoryOf(state: IncidentState | null): IncidentMemory {
  const none = { counted: 0, countedAtMs: 0, triedAtMs: 0 };
  return { ...none, kept: state?.seq ?? 0, taken: state?.by ?? null, wantsTry: state === null };
}

// It lives for days: the next version of the workers goes on with it, by `patched` where that matters. A server refuses such words
// from a worker that is not versioned, again and again, and the workflow would stand still.
setWorkflowOptions(() => (isVersioned() ? { versioningBehavior: 'AUTO_UPGRADE' } : {}), incident);

function isVersioned(): boolean {
  return (workflowInfo().currentDeploymentVersion?.deploymentName ?? '') !== '';
}

/** Sets what others may ask and say. Before the first `await`: a signal that comes with the start is not lost. */
function answer(own: Case): void {
  setHandler(incidentQuery, () => own.state);
  setHandler(incidentFaultSignal, (fault) => {
    const before = own.state;
    own.state = withFault(before, fault, now());
    own.wantsTry ||= own.state.faults.some((one) => !one.over && !isOpenIn(before, one.alertId));
  });
  const change = <W>(apply: (state: IncidentState, word: W, at: string) => IncidentState) => {
    return (word: W): IncidentState => {
      own.state = apply(own.state, word, now());
      return own.state;
    };
  };
  const refuseBy = <W extends { readonly by: string }>(why: (state: IncidentState, word: W) => string | null) => {
    return (word: W): void => refuse(word.by.trim() === '' ? 'nobody is named' : why(own.state, word));
  };
  setHandler(ackIncidentUpdate, change(acknowledgedBy), {
    validator: refuseBy(refusesAck),
    description: 'Take the incident: the ladder stops, the resolve clock does not',
  });
  setHandler(noteIncidentUpdate, change(withNote), {
    validator: refuseBy((_state, { text }: NoteIncident) => (text.trim() === '' ? 'the note is empty' : null)),
    description: 'Write into the timeline, or object to its ending by itself',
  });
  setHandler(severityIncidentUpdate, change(withSeverity), {
    validator: refuseBy(refusesSeverity),
    description: 'Change the severity; its clocks begin',
  });
  setHandler(checkIncidentUpdate, change(withCheck), {
    validator: refuseBy((state, word: CheckIncident) => refusesCheck(state, word, own.plan?.checklist ?? 0)),
    description: 'Check off a step of the checklist',
  });
  setHandler(resolveIncidentUpdate, change(resolvedBy), {
    validator: refuseBy((state, { how }: ResolveIncident) => {
      if (how.trim() === '') return 'it is not said how';
      return state.status === 'resolved' ? 'it is resolved already' : null;
    }),
    description: 'End the incident',
  });
}

function isOpenIn({ faults }: IncidentState, alertId: string): boolean {
  return faults.some((one) => one.alertId === alertId && !one.over);
}

function refuse(why: string | null): void {
  if (why !== null) throw ApplicationFailure.create({ type: 'Refused', message: why, nonRetryable: true });
}

/** Writes down what is new and does what is due, or waits for either. @returns false when nothing is left */
async function advance(own: Case, plan: IncidentPlan): Promise<boolean> {
  const seen = own.state;
  await keep(own);
  startTries(own, plan);
  await countTries(own);
  if (own.state !== seen) return true;
  const step = nextStep(seen, plan.clocks);
  const changed = () => own.state !== seen;
  setCurrentDetails(`**${seen.severity} ${seen.status}**: ${seen.title}, next ${describe(step)}`);
  if (step === null) {
    await condition(() => changed() || (allHandlersFinished() && !own.trying));
    return changed();
  }
  const waitMs = step.atMs - Date.now();
  if (waitMs > 0) await condition(changed, waitMs);
  else await carryOut(own, plan, step);
  return true;
}

function describe(step: IncidentStep | null): string {
  return step === null ? 'nothing' : `${step.id} at ${new Date(step.atMs).toISOString()}`;
}

async function carryOut(own: Case, { clocks }: IncidentPlan, step: IncidentStep): Promise<void> {
  if (step.kind === 'settle') {
    const how = 'its alerts are over, and nobody objected in the quiet time';
    own.state = resolvedBy(own.state, { by: null, how }, now());
    return;
  }
  const { round } = own.state;
  const atMs = Date.now();
  const { due, who } = await incidents.tellIncident({ state: withoutTimeline(own.state), step, atMs });
  for (const delivery of due) await startNotice(delivery);
  // Somebody may have said something meanwhile: what was told belongs to the round in which it fell due. That it was told stands.
  const { done, updates } = own.state;
  const later = own.state.round === round ? {} : { done, updates };
  const told = { who, updates: updatesUntil(own.state, clocks, atMs) };
  own.state = { ...withStep(own.state, step, told, now()), ...later };
}

/** Writes the read model, and tells the alerts who has taken them, and that nobody has any more. */
async function keep(own: Case): Promise<void> {
  while (own.kept < own.state.seq) {
    const { state, kept } = own;
    await incidents.keepIncident({ state: { ...state, timeline: newer(state, kept) }, afterSeq: kept });
    own.kept = state.seq;
  }
  const isOver = own.state.status === 'resolved';
  const taker = isOver ? null : own.state.by;
  if (taker === own.taken) return;
  own.taken = taker;
  const state = withoutTimeline(own.state);
  if (taker !== null) await incidents.takeAlerts({ state });
  else if (isOver) await incidents.releaseAlerts({ state, atMs: Date.now() });
}

const withoutTimeline = (state: IncidentState): IncidentState => ({ ...state, timeline: [] });
const newer = ({ timeline }: IncidentState, seq: number) => timeline.filter((entry) => entry.seq > seq);

/** Lets the machine try, beside the clocks: they wait for nobody. */
function startTries(own: Case, plan: IncidentPlan): void {
  if (!own.wantsTry || own.trying || !mayTry(plan, own.state)) return;
  own.wantsTry = false;
  if (own.triedAtMs > 0 && Date.now() - own.triedAtMs < TRY_AGAIN_MS) return;
  const { market, cause } = own.state;
  const isFirst = own.triedAtMs === 0;
  own.triedAtMs = Date.now();
  own.trying = true;
  // It may have been opened days ago: what is tried later is tried about the day that it is then.
  const current = async () => (isFirst ? plan : incidents.planIncident({ market, cause, atMs: Date.now() }));
  void tryRecovery(market, plan.steps, current, (step, outcome, text) => {
    own.state = withTry(own.state, { step, outcome, text, at: now() });
  }).finally(() => {
    own.trying = false;
  });
}

async function countTries(own: Case): Promise<void> {
  const { state } = own;
  const outcome = state.round > own.counted ? recoveryOutcome(state, Date.now(), own.countedAtMs) : null;
  if (outcome === null) return;
  own.counted = state.round;
  own.countedAtMs = Date.now();
  await incidents.countRecovery({ state: withoutTimeline(state), outcome, atMs: Date.now() });
}

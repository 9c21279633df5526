import type { IncidentFault } from '../../core/schemas/alerts.js';
import type {
  AckIncident,
  CheckIncident,
  IncidentInput,
  IncidentLevel,
  IncidentState,
  IncidentStep,
  KnownFault,
  NoteIncident,
  RecoveryTry,
  ResolveIncident,
  SetIncidentSeverity,
  TimelineEntry,
  TimelineKind,
} from '../../core/schemas/incidents.js';
import { RECOVERED_STEP, REVIEW_STEP } from './clocks.js';
import { plainLine } from './plain-line.js';
import { isWorse, openFaults, severityNamed } from './severity.js';

/** Entries of the timeline that an incident carries; with 500 letters each they stay far below what a history takes. */
const KEPT_ENTRIES = 100;
/** Faults that are over and older are left out beyond so many; the read model's timeline has them. */
const KEPT_FAULTS = 50;

/** A new incident. @param at ISO 8601 UTC, as in all functions here */
export function openedIncident(id: string, { market, cause, fault }: IncidentInput, at: string): IncidentState {
  const { kind: _kind, by: _by, ...known } = fault;
  const state: IncidentState = {
    ...{ id, market, cause, title: `${fault.rule} (${cause})`, severity: fault.severity, status: 'open' },
    ...{ openedAt: at, roundAt: at, round: 1, by: null, acknowledgedAt: null },
    faults: [{ ...known, text: plainLine(fault.text), over: false, since: fault.at }],
    ...{ recoveredAt: null, keptOpen: false, resolvedAt: null, resolution: null },
    ...{ checked: [], done: [], updates: 0, told: [], tried: [], seq: 0, timeline: [] },
  };
  return noted(state, 'opened', at, null, `${fault.severity}: ${fault.text}`);
}

/**
 * A fault of the same cause: a new one, one that goes on, or one that is over. What comes twice or late changes nothing. Something
 * worse takes the acknowledgement back, since others have to hear of it; something new after the end opens it again.
 */
export function withFault(state: IncidentState, fault: IncidentFault, at: string): IncidentState {
  const known = state.faults.find(({ alertId }) => alertId === fault.alertId) ?? null;
  if (known !== null && fault.seq <= known.seq) return state;
  if (fault.kind === 'recovered') return withEnd(state, known, fault, at);
  return fault.kind === 'acknowledged' ? withTaken(state, known, fault, at) : withTrouble(state, known, fault, at);
}

/** Who takes the alert that makes it so bad takes the incident. */
function withTaken(before: IncidentState, known: KnownFault | null, fault: IncidentFault, at: string): IncidentState {
  if (known === null) return before;
  const state = { ...before, faults: keptFaults(before.faults, { ...known, seq: fault.seq }) };
  const lesser = isWorse(state.severity, known.severity);
  if (fault.by === null || lesser || refusesAck(state) !== null) return state;
  return acknowledgedBy(state, { by: fault.by, note: `its alert ${fault.rule}` }, at);
}

function withTrouble(before: IncidentState, known: KnownFault | null, fault: IncidentFault, at: string): IncidentState {
  const { kind: _kind, by: _by, ...row } = fault;
  const isNew = known === null || known.over || isWorse(fault.severity, known.severity);
  const since = known === null || known.over ? fault.at : known.since;
  const told = { ...row, text: plainLine(fault.text), over: false, since };
  const state = { ...before, faults: keptFaults(before.faults, told) };
  if (!isNew) return state;
  const written = noted(state, 'fault', at, null, `${fault.severity} ${fault.rule}: ${fault.text}`);
  const reopened = reopenedBy(written, fault, at);
  if (!isWorse(fault.severity, reopened.severity)) return reopened;
  const { severity } = fault;
  return noted(
    newRound({ ...reopened, severity }, at),
    'severity',
    at,
    null,
    `${severity}, since ${fault.rule} is worse`,
  );
}

function reopenedBy(state: IncidentState, { rule }: IncidentFault, at: string): IncidentState {
  if (state.status === 'resolved') {
    const end = { resolvedAt: null, resolution: null, recoveredAt: null, keptOpen: false };
    const checked = state.checked.filter(({ step }) => step !== REVIEW_STEP);
    const again = newRound({ ...state, ...end, checked }, at);
    return noted(again, 'reopened', at, null, `${rule} is back; the clocks begin anew`);
  }
  if (state.status !== 'recovered') return state;
  return { ...state, status: state.acknowledgedAt === null ? 'open' : 'acknowledged', recoveredAt: null };
}

function withEnd(before: IncidentState, known: KnownFault | null, fault: IncidentFault, at: string): IncidentState {
  if (known === null || known.over) return before;
  const faults = keptFaults(before.faults, { ...known, seq: fault.seq, text: plainLine(fault.text), over: true });
  const state = noted({ ...before, faults }, 'fault-over', at, null, `${fault.rule}: ${fault.text}`);
  if (openFaults(state).length > 0 || state.status === 'resolved' || state.keptOpen) return state;
  return noted({ ...state, status: 'recovered', recoveredAt: at }, 'recovered', at, null, 'all of its alerts are over');
}

function keptFaults(faults: readonly KnownFault[], changed: KnownFault): readonly KnownFault[] {
  const others = faults.filter(({ alertId }) => alertId !== changed.alertId);
  const spare = others.length - KEPT_FAULTS + 1;
  const dropped = new Set(spare <= 0 ? [] : others.filter(({ over }) => over).slice(0, spare));
  return [...others.filter((one) => !dropped.has(one)), changed];
}

/** The clocks begin anew and the ladder too. */
function newRound(state: IncidentState, at: string): IncidentState {
  const clocks = { round: state.round + 1, roundAt: at, done: [], updates: 0 };
  return { ...state, ...clocks, status: 'open', by: null, acknowledgedAt: null };
}

/** Why it cannot be taken; null when it can. */
export function refusesAck({ status, by }: IncidentState): string | null {
  if (status === 'resolved') return 'it is resolved';
  return by === null ? null : `${by} has taken it already`;
}

/** Somebody took it. */
export function acknowledgedBy(state: IncidentState, { by, note }: AckIncident, at: string): IncidentState {
  const status = state.status === 'open' ? 'acknowledged' : state.status;
  const text = note === null ? 'taken' : `taken: ${note}`;
  return noted({ ...state, status, by: plainLine(by), acknowledgedAt: at }, 'acknowledged', at, by, text);
}

/** Somebody wrote something down; perhaps an objection to its ending by itself. */
export function withNote(state: IncidentState, { by, text, keepOpen }: NoteIncident, at: string): IncidentState {
  const written = noted(state, 'note', at, by, keepOpen ? `${text} (stays open)` : text);
  if (!keepOpen || state.status === 'resolved') return written;
  if (state.status !== 'recovered') return { ...written, keptOpen: true };
  const taker = { by: state.by ?? plainLine(by), acknowledgedAt: state.acknowledgedAt ?? at };
  return { ...written, ...taker, keptOpen: true, status: 'acknowledged' };
}

/** Why the severity cannot be changed; null when it can. */
export function refusesSeverity(state: IncidentState, { severity }: SetIncidentSeverity): string | null {
  if (state.status === 'resolved') return 'it is resolved';
  if (severityNamed(severity) === null) return 'there is no such severity';
  return state.severity === severity ? `it is ${severity} already` : null;
}

/** Somebody changed the severity: the clocks of the new one begin. Who makes it less bad keeps it. */
export function withSeverity(
  state: IncidentState,
  { by, severity, why }: SetIncidentSeverity,
  at: string,
): IncidentState {
  const { by: taker, acknowledgedAt, status } = state;
  const begun = newRound({ ...state, severity }, at);
  const done = state.done.filter((id) => status === 'recovered' && id === RECOVERED_STEP);
  const kept = isWorse(severity, state.severity) ? begun : { ...begun, by: taker, acknowledgedAt, status, done };
  return noted(kept, 'severity', at, by, `from ${state.severity} to ${severity}: ${why}`);
}

/** Why a step cannot be checked off; null when it can. @param count steps of the checklist */
export function refusesCheck(
  { checked, status }: IncidentState,
  { step }: CheckIncident,
  count: number,
): string | null {
  if (!Number.isInteger(step) || step < 1 || step > count) return `the checklist has the steps 1 to ${count}`;
  if (step === count && status !== 'resolved') return 'the review comes after the resolution';
  return checked.some((one) => one.step === step) ? `step ${step} is checked off already` : null;
}

/** A step of the checklist is done. */
export function withCheck(state: IncidentState, { by, step }: CheckIncident, at: string): IncidentState {
  return noted(
    { ...state, checked: [...state.checked, { step, by: plainLine(by), at }] },
    'check',
    at,
    by,
    `step ${step} of the checklist`,
  );
}

/**
 * Over, and with it all that was wrong: an alert that still rings afterwards opens it again.
 * @param by null: its alerts were over for the quiet time and nobody objected
 */
export function resolvedBy(
  state: IncidentState,
  { by, how }: Pick<ResolveIncident, 'how'> & { readonly by: string | null },
  at: string,
): IncidentState {
  const faults = state.faults.map((fault) => ({ ...fault, over: true }));
  return noted(
    { ...state, faults, status: 'resolved', resolvedAt: at, resolution: plainLine(how) },
    'resolved',
    at,
    by,
    how,
  );
}

/** A notice went out. @param who names of those who are told, for the timeline */
export function withStep(
  state: IncidentState,
  { id, kind, levels }: IncidentStep,
  done: { readonly who: string; readonly updates: number },
  at: string,
): IncidentState {
  const counted = {
    ...state,
    done: [...state.done, id],
    updates: kind === 'update' ? done.updates : state.updates,
    told: kind === 'resolved' && state.told.length === 0 ? [] : together(state.told, levels),
  };
  return noted(counted, 'notice', at, null, `${kind} told to ${levels.join(', ')}: ${done.who}`);
}

/** The machine tried something. */
export function withTry(state: IncidentState, done: RecoveryTry): IncidentState {
  const tried = [...state.tried, { ...done, text: plainLine(done.text) }].slice(-KEPT_FAULTS);
  return noted({ ...state, tried }, 'recovery-try', done.at, null, `${done.step}: ${done.outcome}, ${done.text}`);
}

function together(...lists: readonly (readonly IncidentLevel[])[]): readonly IncidentLevel[] {
  return [...new Set(lists.flat())];
}

function noted(state: IncidentState, kind: TimelineKind, at: string, by: string | null, text: string): IncidentState {
  const who = by === null ? null : plainLine(by);
  const entry: TimelineEntry = { seq: state.seq + 1, at, kind, by: who, text: plainLine(text) };
  return { ...state, seq: entry.seq, timeline: [...state.timeline, entry].slice(-KEPT_ENTRIES) };
}

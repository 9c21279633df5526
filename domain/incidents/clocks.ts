import type { ClockSettings, IncidentLevel, IncidentState, IncidentStep } from '../../core/schemas/incidents.js';
import { openFaults } from './severity.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Tells of a recovery, once in a round. */
export const RECOVERED_STEP = 'recovered';

type Clocks = ClockSettings['severities']['P0'];

/**
 * What falls due next, overdue or not: the earliest step that was not done in this round. An acknowledgement stops ladder and
 * response clock, not the resolve clock and not the updates; a recovery stops all but its own end. What fell due while nothing ran
 * comes at once, an update once however many were missed.
 * @returns null when nothing is left to wait for
 */
export function nextStep(state: IncidentState, settings: ClockSettings): IncidentStep | null {
  const [first] = stepsOf(state, settings)
    .filter(({ id }) => !state.done.includes(id))
    .toSorted((a, b) => a.atMs - b.atMs);
  return first ?? null;
}

/** Updates that are due or past at an instant: an update that is told stands for all of them. */
export function updatesUntil(state: IncidentState, settings: ClockSettings, nowMs: number): number {
  const { updateMinutes } = settings.severities[state.severity];
  return Math.max(Math.floor((nowMs - Date.parse(state.roundAt)) / (updateMinutes * MINUTE_MS)), state.updates);
}

/** When it is to be over, and when somebody is to have taken it; null where there is no such time. */
export function deadlinesOf(
  { severity, roundAt }: Pick<IncidentState, 'severity' | 'roundAt'>,
  { severities }: Pick<ClockSettings, 'severities'>,
): { readonly responseMs: number; readonly resolveMs: number | null } {
  const { responseMinutes, resolveMinutes } = severities[severity];
  const fromMs = Date.parse(roundAt);
  return {
    responseMs: fromMs + responseMinutes * MINUTE_MS,
    resolveMs: resolveMinutes === null ? null : fromMs + resolveMinutes * MINUTE_MS,
  };
}

/** All that has a time as it stands, done or not; rungs of one minute are one step. */
function stepsOf(state: IncidentState, settings: ClockSettings): readonly IncidentStep[] {
  const clocks = settings.severities[state.severity];
  switch (state.status) {
    case 'open':
      return [...ladderOf(state, clocks), response(state, settings), ...whileOpen(state, settings)];
    case 'acknowledged':
      return whileOpen(state, settings);
    case 'recovered': {
      const atMs = Date.parse(state.recoveredAt ?? state.roundAt);
      const settle = {
        id: 'settle',
        kind: 'settle',
        levels: [],
        atMs: atMs + clocks.quietMinutes * MINUTE_MS,
      } as const;
      if (state.told.length === 0) return [settle];
      return [{ id: RECOVERED_STEP, kind: 'recovered', levels: state.told, atMs }, settle];
    }
    case 'resolved':
      return afterwards(state, settings);
  }
}

function ladderOf({ roundAt }: IncidentState, { ladder }: Clocks): readonly IncidentStep[] {
  const times = [...new Set(ladder.map(({ afterMinutes }) => afterMinutes))];
  return times.map((minutes) => ({
    id: `tell-${minutes}`,
    kind: 'tell',
    levels: ladder.filter(({ afterMinutes }) => afterMinutes === minutes).map(({ level }) => level),
    atMs: Date.parse(roundAt) + minutes * MINUTE_MS,
  }));
}

function response(state: IncidentState, settings: ClockSettings): IncidentStep {
  const { ladder } = settings.severities[state.severity];
  const atMs = deadlinesOf(state, settings).responseMs;
  const toldBy = ladder.filter((rung) => Date.parse(state.roundAt) + rung.afterMinutes * MINUTE_MS <= atMs);
  const levels = together(
    state.told,
    toldBy.map(({ level }) => level),
  );
  return { id: 'response', kind: 'response-overdue', levels, atMs };
}

/** The resolve clock goes to everybody of the ladder: that it did not help in time is news for those above. */
function whileOpen(state: IncidentState, settings: ClockSettings): readonly IncidentStep[] {
  const { ladder, updateMinutes } = settings.severities[state.severity];
  const { resolveMs } = deadlinesOf(state, settings);
  const all = together(
    state.told,
    ladder.map(({ level }) => level),
  );
  const number = state.updates + 1;
  const atMs = Date.parse(state.roundAt) + number * updateMinutes * MINUTE_MS;
  return [
    ...returned(state),
    ...(resolveMs === null ? [] : [{ id: 'resolve', kind: 'resolve-overdue', levels: all, atMs: resolveMs } as const]),
    { id: `update-${number}`, kind: 'update', levels: state.told.length === 0 ? ['L2'] : state.told, atMs },
  ];
}

/** Who was told that it was over hears at once that it is not; once in a round, however often it comes and goes. */
function returned(state: IncidentState): readonly IncidentStep[] {
  if (!state.done.includes(RECOVERED_STEP) || openFaults(state).length === 0) return [];
  return [{ id: 'returned', kind: 'update', levels: state.told, atMs: Date.parse(state.roundAt) }];
}

/** What the machine put right before anybody heard of it or took it needs no review; the daily digest tells of it. */
function afterwards(state: IncidentState, settings: ClockSettings): readonly IncidentStep[] {
  const endMs = Date.parse(state.resolvedAt ?? state.roundAt);
  const { told } = state;
  const levels: IncidentStep['levels'] = told.length === 0 ? ['L2'] : told;
  const end: IncidentStep = { id: 'resolved', kind: 'resolved', levels, atMs: endMs };
  if ((told.length === 0 && state.by === null) || isReviewed(state)) return [end];
  const { reviewHours, reviewReminderHours } = settings;
  return [
    end,
    { id: 'review', kind: 'review-reminder', levels, atMs: endMs + reviewReminderHours * HOUR_MS },
    { id: 'review-overdue', kind: 'review-overdue', levels, atMs: endMs + reviewHours * HOUR_MS },
  ];
}

/** The last step of the checklist is the review. */
export const REVIEW_STEP = 7;

/** Whether the review is checked off. */
export function isReviewed({ checked }: Pick<IncidentState, 'checked'>): boolean {
  return checked.some(({ step }) => step === REVIEW_STEP);
}

function together(...lists: readonly (readonly IncidentLevel[])[]): readonly IncidentLevel[] {
  return [...new Set(lists.flat())];
}

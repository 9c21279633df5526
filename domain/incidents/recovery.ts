import type { IncidentPlan, IncidentSettings, IncidentState, RecoveryStep } from '../../core/schemas/incidents.js';
import type { RecoveryOutcome } from '../../core/schemas/recovery.js';
import { openFaults } from './severity.js';

/** Minutes in which the machine is to put it right; then it counts as not recovered by it (R-OP, Level 1). */
const MACHINE_MINUTES = 30;

/** What the machine tries about a cause, in this order, and the rules under which trying does harm: the first row whose beginning fits. */
export function recoveryFor(
  rows: IncidentSettings['recovery'],
  cause: string,
): { readonly steps: readonly RecoveryStep[]; readonly unless: readonly string[] } {
  const row = rows.find((one) => cause === one.cause || (one.cause.endsWith('/') && cause.startsWith(one.cause)));
  return row === undefined ? { steps: [], unless: [] } : { steps: row.steps, unless: row.unless };
}

/** Whether the machine may try now: not where a page blocks us, or a ceiling was passed. */
export function mayTry({ steps, unless }: Pick<IncidentPlan, 'steps' | 'unless'>, state: IncidentState): boolean {
  const open = openFaults(state);
  return steps.length > 0 && open.length > 0 && !open.some(({ rule }) => unless.includes(rule));
}

/**
 * How the tries that were not counted yet ended: put right where everything was over before a person took it; not where a person had to, or its
 * time is up. Null while that is open, and where nothing was tried.
 * @param nowMs epoch milliseconds
 * @param countedMs when tries were counted last, epoch milliseconds; 0 for never
 */
export function recoveryOutcome(state: IncidentState, nowMs: number, countedMs: number): RecoveryOutcome | null {
  const tried = state.tried.some(({ outcome, at }) => outcome !== 'nothing' && Date.parse(at) > countedMs);
  if (!tried) return null;
  const isLate = (atMs: number) => atMs - Date.parse(state.roundAt) >= MACHINE_MINUTES * 60_000;
  if (state.status === 'recovered') {
    const inTime = state.recoveredAt !== null && !isLate(Date.parse(state.recoveredAt));
    return inTime && state.by === null ? 'recovered' : 'failed';
  }
  const late = isLate(nowMs);
  return state.by !== null || state.status === 'resolved' || late ? 'failed' : null;
}

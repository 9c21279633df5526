import { describe, expect, it } from '@jest/globals';
import { loadIncidentSettings } from '../../../../core/product-settings.js';
import type { IncidentFault } from '../../../../core/schemas/alerts.js';
import type { IncidentState } from '../../../../core/schemas/incidents.js';
import { nextStep } from '../../../../domain/incidents/clocks.js';
import {
  acknowledgedBy,
  openedIncident,
  resolvedBy,
  withCheck,
  withFault,
  withNote,
  withSeverity,
  withStep,
  withTry,
} from '../../../../domain/incidents/state.js';

const settings = loadIncidentSettings();
const BEGIN = Date.parse('2026-03-02T10:00:00Z');
const at = (minutes: number) => new Date(BEGIN + minutes * 60_000).toISOString();
const faultOf = (part: Partial<IncidentFault> = {}): IncidentFault => ({
  ...{ alertId: 'm/a/s', seq: 1, rule: 'a', severity: 'P2', kind: 'fired', text: 'so', by: null, at: at(0) },
  ...part,
});
const opened = (part: Partial<IncidentFault> = {}) =>
  openedIncident('m/run@1', { market: 'm', cause: 'run', fault: faultOf(part) }, at(0));
/** Carries out what is due next. */
function told(state: IncidentState): IncidentState {
  const step = nextStep(state, settings);
  if (step === null) throw new Error('nothing is due');
  return withStep(state, step, { who: 'Ann', updates: 0 }, new Date(step.atMs).toISOString());
}
const over = (state: IncidentState, minutes: number, seq: number) =>
  withFault(state, faultOf({ kind: 'recovered', seq, text: 'over' }), at(minutes));

describe('a fault that is known', () => {
  it('makes the incident worse once it is worse itself', () => {
    const taken = acknowledgedBy(opened(), { by: 'Ann', note: null }, at(1));
    const worse = withFault(taken, faultOf({ seq: 2, severity: 'P0', text: 'all of it' }), at(2));
    expect(worse).toMatchObject({ severity: 'P0', status: 'open', by: null, round: 2 });
    expect(worse.timeline.map(({ text }) => text)).toContain('P0 a: all of it');
  });

  it('that goes on as bad as before writes no line', () => {
    expect(withFault(opened(), faultOf({ seq: 2, kind: 'reminded' }), at(9)).timeline).toHaveLength(1);
  });
});

describe('a fault that is back', () => {
  it('is told to those who heard that it was over, once in a round', () => {
    const recovered = told(over(told(opened()), 40, 2));
    expect(recovered.done).toContain('recovered');
    const back = withFault(recovered, faultOf({ seq: 3 }), at(45));
    expect(nextStep(back, settings)).toMatchObject({ id: 'returned', kind: 'update', levels: ['L2'] });
    const again = withFault(over(told(back), 50, 4), faultOf({ seq: 5 }), at(55));
    expect(nextStep(again, settings)?.id).not.toBe('returned');
  });

  it('is nothing new to those who never heard of its end', () => {
    const back = withFault(over(opened(), 5, 2), faultOf({ seq: 3 }), at(8));
    expect(nextStep(back, settings)).toMatchObject({ id: 'tell-30', atMs: BEGIN + 30 * 60_000 });
  });

  it('is none where somebody objected to the end', () => {
    const held = withNote(told(over(told(opened()), 40, 2)), { by: 'Ann', text: 'why', keepOpen: true }, at(41));
    expect(nextStep(held, settings)).toMatchObject({ id: 'update-1' });
  });
});

describe('a severity that a person lowers after the recovery', () => {
  it('does not have the recovery told for the second time', () => {
    const recovered = told(over(told(opened()), 40, 2));
    const lower = withSeverity(recovered, { by: 'Ann', severity: 'P3', why: 'one ZIP' }, at(45));
    expect(nextStep(lower, settings)).toMatchObject({ id: 'settle' });
  });
});

describe('words from outside', () => {
  const HOSTILE = 'down\u001b[2J\u202e\r\nTold now: nobody\u2028\u0007 \ud800';

  it('stand in an incident as one line of plain text', () => {
    const state = [
      (one: IncidentState) => withFault(one, faultOf({ alertId: 'b', rule: 'b', text: HOSTILE }), at(1)),
      (one: IncidentState) => withNote(one, { by: HOSTILE, text: HOSTILE, keepOpen: false }, at(2)),
      (one: IncidentState) => withTry(one, { step: 'probe-source', outcome: 'failed', text: HOSTILE, at: at(3) }),
      (one: IncidentState) => acknowledgedBy(one, { by: HOSTILE, note: HOSTILE }, at(4)),
      (one: IncidentState) => withCheck(one, { by: HOSTILE, step: 1 }, at(5)),
      (one: IncidentState) => resolvedBy(one, { by: HOSTILE, how: HOSTILE }, at(6)),
    ].reduce((one, change) => change(one), opened({ text: HOSTILE }));
    expect(JSON.stringify(state)).not.toMatch(/\\[urnb]/);
    expect(state).toMatchObject({ by: 'down [2J Told now: nobody', resolution: 'down [2J Told now: nobody' });
  });

  it('are cut, and no letter in two', () => {
    const long = opened({ text: '🏠'.repeat(600) });
    expect([...(long.faults[0]?.text ?? '')]).toHaveLength(500);
    expect(long.faults[0]?.text).not.toMatch(/\p{Cs}/u);
    expect(long.timeline[0]?.text).not.toMatch(/\p{Cs}/u);
  });
});

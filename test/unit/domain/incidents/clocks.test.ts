import { describe, expect, it } from '@jest/globals';
import { loadAlertRules, loadIncidentSettings, loadRoster } from '../../../../core/product-settings.js';
import type { IncidentState } from '../../../../core/schemas/incidents.js';
import { INCIDENT_SEVERITIES, type IncidentSeverity } from '../../../../core/schemas/names.js';
import { nextStep, updatesUntil } from '../../../../domain/incidents/clocks.js';
import { mayTry, recoveryFor, recoveryOutcome } from '../../../../domain/incidents/recovery.js';
import {
  acknowledgedBy,
  openedIncident,
  resolvedBy,
  withFault,
  withNote,
  withStep,
  withTry,
} from '../../../../domain/incidents/state.js';

const settings = loadIncidentSettings();
const BEGIN = Date.parse('2026-03-02T10:00:00Z');
const MINUTE_MS = 60_000;
const iso = (minutes: number) => new Date(BEGIN + minutes * MINUTE_MS).toISOString();

function opened(severity: IncidentSeverity): IncidentState {
  const fault = {
    alertId: 'm/a/s',
    seq: 1,
    rule: 'a',
    severity,
    kind: 'fired',
    text: 'so',
    by: null,
    at: iso(0),
  } as const;
  return openedIncident('m/run@1', { market: 'm', cause: 'run', fault }, iso(0));
}

/** Carries out what falls due until an instant. */
function through(state: IncidentState, untilMinutes: number): { state: IncidentState; steps: readonly string[] } {
  const steps: string[] = [];
  let at = state;
  for (;;) {
    const step = nextStep(at, settings);
    if (step === null || step.atMs > BEGIN + untilMinutes * MINUTE_MS) return { state: at, steps };
    steps.push(`${(step.atMs - BEGIN) / MINUTE_MS} ${step.id}`);
    const now = new Date(step.atMs).toISOString();
    at =
      step.kind === 'settle'
        ? resolvedBy(at, { by: null, how: 'quiet' }, now)
        : withStep(at, step, { who: 'x', updates: updatesUntil(at, settings, step.atMs) }, now);
  }
}

describe('the clocks of an incident', () => {
  it('give each step once, never before its time, in order', () => {
    for (const severity of INCIDENT_SEVERITIES) {
      const { steps } = through(opened(severity), 100 * 1_440);
      const minutes = steps.map((one) => Number(one.split(' ')[0]));
      expect(new Set(steps).size).toBe(steps.length);
      expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
      expect(minutes.every((minute) => minute >= 0)).toBe(true);
    }
  });

  it('tell of updates that were missed while nothing ran once', () => {
    const { state } = through(opened('P0'), 20);
    const step = nextStep(state, settings);
    expect(step).toMatchObject({ id: 'update-1', levels: ['L2', 'L3', 'L4'] });
    if (step === null) return;
    const late = BEGIN + 125 * MINUTE_MS;
    const told = withStep(state, step, { who: 'x', updates: updatesUntil(state, settings, late) }, iso(125));
    expect(nextStep(told, settings)).toMatchObject({ id: 'update-5', atMs: BEGIN + 150 * MINUTE_MS });
  });

  it.each<[IncidentSeverity, readonly string[]]>([
    ['P0', ['240 resolve']],
    ['P1', ['1440 resolve']],
    ['P2', ['4320 resolve']],
    ['P3', []],
  ])('%s once taken: no ladder, the resolve clock goes on', (severity, expected) => {
    const { steps } = through(acknowledgedBy(opened(severity), { by: 'A', note: null }, iso(0)), 5_000);
    expect(steps.filter((one) => !one.includes('update'))).toEqual(expected);
  });

  it('wait for nothing but a person where one objected to the end', () => {
    const over = {
      alertId: 'm/a/s',
      seq: 2,
      rule: 'a',
      severity: 'P1',
      kind: 'recovered',
      text: 'over',
      by: null,
      at: iso(5),
    } as const;
    const recovered = withFault(opened('P1'), over, iso(5));
    expect(nextStep(recovered, settings)).toMatchObject({ id: 'settle', atMs: BEGIN + 35 * MINUTE_MS });
    const held = withNote(recovered, { by: 'A', text: 'why', keepOpen: true }, iso(6));
    expect(through(held, 200).steps).toEqual(['120 update-1']);
  });
});

describe('config/incidents.json', () => {
  it('gives every alert it names the severity that its rule has', () => {
    const rules = new Map(loadAlertRules().map(({ name, severity }) => [name, severity]));
    const named = settings.rules.flatMap(({ severity, alerts }) => alerts.map((name) => [name, severity] as const));
    expect(named.map(([name]) => [name, rules.get(name)])).toEqual(named);
  });

  it('names only roles of the roster, rules that there are, and levels by those roles', () => {
    const roles = loadRoster().roles.map(({ role }) => role);
    const rules = loadAlertRules().map(({ name }) => name);
    expect(
      Object.values(settings.levels)
        .flat()
        .filter((role) => !roles.includes(role)),
    ).toEqual([]);
    expect(settings.recovery.flatMap(({ unless }) => unless).filter((name) => !rules.includes(name))).toEqual([]);
  });

  it.each([
    ['source/phoenix-mls', 'errors-critical', true],
    ['source/phoenix-mls', 'source-blocked', false],
    ['host/a.example', 'ceiling-passed', false],
    ['run/start', 'day-not-started', true],
    ['security', 'secret-seen', false],
  ])('of %s with %s the machine tries: %s', (cause, rule, expected) => {
    const state = { ...opened('P2'), faults: opened('P2').faults.map((fault) => ({ ...fault, rule })) };
    expect(mayTry(recoveryFor(settings.recovery, cause), state)).toBe(expected);
  });
});

describe('the review', () => {
  it.each([
    [
      'is due where a person took it before anybody was called',
      'A',
      ['5 resolved', '1445 review', '2885 review-overdue'],
    ],
    ['is not where the machine put it right before', null, ['5 resolved']],
  ] as const)('%s', (_name, by, expected) => {
    const taken = by === null ? opened('P1') : acknowledgedBy(opened('P1'), { by, note: null }, iso(2));
    expect(through(resolvedBy(taken, { by, how: 'done' }, iso(5)), 5_000).steps).toEqual(expected);
  });
});

describe('what the machine tried', () => {
  const tried = (severity: IncidentSeverity) =>
    withTry(opened(severity), { step: 'probe-source', outcome: 'failed', text: 'down', at: iso(1) });
  const over = (state: IncidentState, minutes: number) => {
    const fault = { alertId: 'm/a/s', seq: 2, rule: 'a', severity: state.severity, text: 'over', by: null } as const;
    return withFault(state, { ...fault, kind: 'recovered', at: iso(minutes) }, iso(minutes));
  };

  it.each([
    ['in its time', 29, 'recovered'],
    ['when its time was up long ago', 120, 'failed'],
  ] as const)('counts by when it was over: %s', (_when, minutes, expected) => {
    // Severity P3 has no clock at 30 minutes: nobody looks in between.
    expect(recoveryOutcome(over(tried('P3'), minutes), Date.parse(iso(minutes)), 0)).toBe(expected);
  });

  it('counts in the round after, where it got worse before that was known', () => {
    const worse = { alertId: 'm/b/s', seq: 1, rule: 'b', severity: 'P0', text: 'worse', by: null } as const;
    const state = withFault(tried('P2'), { ...worse, kind: 'fired', at: iso(5) }, iso(5));
    const taken = acknowledgedBy(state, { by: 'A', note: null }, iso(6));
    expect(recoveryOutcome(taken, BEGIN, 0)).toBe('failed');
    expect(recoveryOutcome(taken, BEGIN, Date.parse(iso(2)))).toBeNull(); // counted before
  });
});

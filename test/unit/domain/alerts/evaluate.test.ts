import { describe, expect, it } from '@jest/globals';
import type { AlertRule, Reading } from '../../../../core/schemas/alerts.js';
import { type AlertState, causeOf, evaluate, holds } from '../../../../domain/alerts/evaluate.js';
import { effectiveRules } from '../../../../domain/alerts/rules.js';

const MINUTE_MS = 60_000;
const NOW_MS = Date.parse('2026-03-02T14:30:00Z');
const escalateMinutes = { info: null, warning: 240, critical: 30 };

const loud: AlertRule = {
  ...{ name: 'loud', trigger: 'much too much', requirement: 'a test', tier: 'critical', severity: 'P1' },
  ...{ measure: 'cpu-share', when: 'above', threshold: 0.9, unit: 'share', forMinutes: 0, cooldownMinutes: 60 },
  ...{ cause: 'machine/{source}', runbook: 'resources' },
};
const soft: AlertRule = { ...loud, name: 'soft', tier: 'warning', threshold: 0.5, yieldsTo: 'loud' };

const standing = (rule: AlertRule, changes: Partial<AlertState> = {}): AlertState => ({
  ...{ id: `phoenix/${rule.name}/a`, rule: rule.name, subject: 'a', state: 'firing', seq: 1, escalated: false },
  ...{ sinceMs: NOW_MS - 10 * MINUTE_MS, noticedAtMs: NOW_MS - 10 * MINUTE_MS, noticed: true },
  ...changes,
});

function found(
  rules: readonly AlertRule[],
  value: number | null,
  states: readonly AlertState[] = [],
  change: { readonly muted?: boolean } = {},
) {
  const readings: readonly Reading[] = value === null ? [] : [{ subject: 'a', value, text: `it is ${value}` }];
  const changes = new Map(rules.map(({ name }) => [name, change] as const));
  return evaluate({
    ...{ market: 'phoenix', rules: effectiveRules(rules, changes), states, nowMs: NOW_MS, escalateMinutes },
    detections: [{ measure: 'cpu-share', readings }],
  }).map(({ kind, seq, quiet, rule }) => `${rule.name} ${kind} ${seq}${quiet ? ' quiet' : ''}`);
}

describe('an evaluation', () => {
  it.each([
    ['nothing holds', null, [], []],
    ['the threshold is met and not passed', 0.9, [], ['soft fired 1']],
    ['it holds for the first time', 0.95, [], ['loud fired 1']],
    ['it holds still', 0.95, [standing(loud)], ['loud held 1']],
    ['nobody took it in time', 0.95, [standing(loud, { sinceMs: NOW_MS - 30 * MINUTE_MS })], ['loud escalated 2']],
    [
      'it went up already and the cooldown is over',
      0.95,
      [standing(loud, { sinceMs: NOW_MS - 90 * MINUTE_MS, escalated: true, noticedAtMs: NOW_MS - 60 * MINUTE_MS })],
      ['loud reminded 2'],
    ],
    [
      'somebody took it',
      0.95,
      [standing(loud, { state: 'acknowledged', sinceMs: 0, noticedAtMs: 0 })],
      ['loud held 1'],
    ],
    ['it is over', 0.1, [standing(loud)], ['loud recovered 2']],
    ['its subject is gone', null, [standing(loud)], ['loud recovered 2']],
    ['it is over and nobody was told', 0.1, [standing(loud, { noticed: false })], ['loud recovered 2 quiet']],
    [
      'it comes back inside the cooldown',
      0.95,
      [standing(loud, { state: 'recovered', seq: 2 })],
      ['loud fired 3 quiet'],
    ],
    [
      'it comes back after the cooldown',
      0.95,
      [standing(loud, { state: 'recovered', seq: 2, noticedAtMs: NOW_MS - 61 * MINUTE_MS })],
      ['loud fired 3'],
    ],
    ['it gets worse', 0.95, [standing(soft)], ['loud fired 1', 'soft recovered 2 quiet']],
    ['it gets better', 0.6, [standing(loud)], ['loud recovered 2', 'soft fired 1']],
  ])('says what happened when %s', (_case, value, states, expected) => {
    expect(found([loud, soft], value, states)).toEqual(expected);
  });

  it('waits until it has held for long enough, and forgets what passes', () => {
    const slow = { ...loud, forMinutes: 5 };
    const pending = (minutes: number) =>
      standing(slow, { state: 'pending', seq: 0, sinceMs: NOW_MS - minutes * MINUTE_MS });
    expect(found([slow], 1)).toEqual(['loud pending 0']);
    expect(found([slow], 1, [pending(4)])).toEqual(['loud pending 0']);
    expect(found([slow], 1, [pending(5)])).toEqual(['loud fired 1 quiet']);
    expect(found([slow], 1, [{ ...pending(5), noticedAtMs: null }])).toEqual(['loud fired 1']);
    expect(found([slow], 0, [pending(4)])).toEqual(['loud clear 0 quiet']);
  });

  it('tells what happens once, once', () => {
    const once = { ...loud, once: true as const };
    expect(found([once], 1)).toEqual(['loud told 1']);
    expect(found([once], 1, [standing(once, { state: 'recovered' })])).toEqual([]);
  });

  it('writes down what is muted, and tells nobody', () => {
    expect(found([loud], 1, [], { muted: true })).toEqual(['loud fired 1 quiet']);
    expect(found([loud], 0, [standing(loud)], { muted: true })).toEqual(['loud recovered 2 quiet']);
  });

  it('leaves alone what could not be measured', () => {
    const rules = effectiveRules([loud], new Map());
    const base = { market: 'phoenix', rules, states: [standing(loud)], nowMs: NOW_MS, escalateMinutes };
    expect(evaluate({ ...base, detections: [] })).toEqual([]);
  });
});

it.each([
  ['above', 0.5, false],
  ['from', 0.5, true],
  ['below', 0.5, false],
  ['below', 0.49, true],
] as const)('a threshold is %s at %d: %s', (when, value, expected) => {
  expect(holds({ when, threshold: 0.5 }, { subject: 'a', value, text: '' })).toBe(expected);
});

it('a cause takes the source out of the subject', () => {
  const [rule] = effectiveRules([loud], new Map());
  expect(rule && causeOf(rule, 'maricopa-assessor 85031')).toBe('machine/maricopa-assessor');
});

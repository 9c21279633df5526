import { alertId } from '../../core/ids.js';
import type { Detection, Reading, Tier, TransitionKind } from '../../core/schemas/alerts.js';

import type { EffectiveRule } from './rules.js';

/** Where an alert stands. `pending`: it holds, but not for long enough yet; `clear`: it held and never fired. */
export type AlertStanding = 'pending' | 'clear' | 'firing' | 'acknowledged' | 'recovered';

/** What is known about one alert before an evaluation. Times in epoch milliseconds. */
export interface AlertState {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly state: AlertStanding;
  /** Number of its last transition, 0 before the first. */
  readonly seq: number;
  /** Since when it holds without a break. */
  readonly sinceMs: number;
  /** When people were last told; null for never. */
  readonly noticedAtMs: number | null;
  /** True once people were told of this very episode. */
  readonly noticed: boolean;
  /** True once somebody higher was told of it. */
  readonly escalated: boolean;
}

/** What an evaluation finds out about one alert. */
export interface Finding {
  readonly id: string;
  readonly rule: EffectiveRule;
  readonly subject: string;
  readonly value: number | null;
  readonly text: string;
  /** `held`: as before, seen again; `pending`, `clear`: no transition yet. */
  readonly kind: TransitionKind | 'held' | 'pending' | 'clear';
  readonly seq: number;
  readonly sinceMs: number;
  /** True: written down, but nobody is told. */
  readonly quiet: boolean;
}

export interface EvaluateInput {
  readonly market: string;
  readonly rules: readonly EffectiveRule[];
  readonly detections: readonly Detection[];
  readonly states: readonly AlertState[];
  readonly nowMs: number;
  /** Minutes until nobody's answer goes up, by tier; null for never. */
  readonly escalateMinutes: Readonly<Record<Tier, number | null>>;
}

/**
 * Measurements in, transitions out. Pure: the same input gives the same transitions with the same numbers, so two evaluations at
 * one time write the same rows. What could not be measured stays as it was.
 */
export function evaluate({
  market,
  rules,
  detections,
  states,
  nowMs,
  escalateMinutes,
}: EvaluateInput): readonly Finding[] {
  const known = new Map(states.map((state) => [state.id, state]));
  return rules.flatMap((rule) => {
    const detection = detections.find(({ measure }) => measure === rule.measure);
    if (detection === undefined) return [];
    const louder = rules.find(({ name }) => name === rule.yieldsTo) ?? null;
    const holding = detection.readings.filter((reading) => holds(rule, reading));
    const found = holding
      .filter((reading) => louder === null || !holds(louder, reading))
      .flatMap((reading) => {
        const id = alertId(market, rule.name, reading.subject);
        return onHold({ rule, reading, id, state: known.get(id) ?? null, nowMs, escalateMinutes });
      });
    const ended = states
      .filter((state) => state.rule === rule.name && !found.some(({ id }) => id === state.id))
      .flatMap((state) => onEnd(rule, state, detection, louder, nowMs));
    return [...found, ...ended];
  });
}

/** Whether a rule's condition is met. */
export function holds({ when, threshold }: Pick<EffectiveRule, 'when' | 'threshold'>, { value }: Reading): boolean {
  if (when === 'above') return value > threshold;
  return when === 'from' ? value >= threshold : value < threshold;
}

/** The key that groups alerts of one root. */
export function causeOf({ cause }: EffectiveRule, subject: string): string {
  return cause.replaceAll('{subject}', subject).replaceAll('{source}', subject.split(' ')[0] ?? subject);
}

interface Holding extends Pick<EvaluateInput, 'nowMs' | 'escalateMinutes'> {
  readonly rule: EffectiveRule;
  readonly reading: Reading;
  readonly id: string;
  readonly state: AlertState | null;
}

function onHold({ rule, reading, id, state, nowMs, escalateMinutes }: Holding): readonly Finding[] {
  const { subject, value, text } = reading;
  const open = state?.state === 'pending' || state?.state === 'firing' || state?.state === 'acknowledged';
  const sinceMs = state && open ? state.sinceMs : nowMs;
  const base = { id, rule, subject, value, text, seq: state?.seq ?? 0, sinceMs, quiet: rule.muted };
  if (rule.once) return (state?.seq ?? 0) > 0 ? [] : [{ ...base, kind: 'told', seq: 1 }];
  if (state?.state === 'firing' || state?.state === 'acknowledged')
    return [again(base, state, nowMs, escalateMinutes[rule.tier])];
  if (nowMs - sinceMs < rule.forMinutes * 60_000) return [{ ...base, kind: 'pending' }];
  return [{ ...base, kind: 'fired', seq: base.seq + 1, quiet: rule.muted || withinCooldown(rule, state, nowMs) }];
}

/** Still so: it goes up when nobody has taken it in time, and is told again when the cooldown is over. */
function again(base: Omit<Finding, 'kind'>, state: AlertState, nowMs: number, escalateMinutes: number | null): Finding {
  const seq = state.seq + 1;
  if (state.state === 'acknowledged') return { ...base, kind: 'held' };
  const heldMs = nowMs - state.sinceMs - base.rule.forMinutes * 60_000;
  const up = escalateMinutes !== null && !state.escalated && state.noticed && heldMs >= escalateMinutes * 60_000;
  if (up) return { ...base, kind: 'escalated', seq };
  const due = base.rule.cooldownMinutes > 0 && !withinCooldown(base.rule, state, nowMs);
  return due ? { ...base, kind: 'reminded', seq } : { ...base, kind: 'held' };
}

function onEnd(
  rule: EffectiveRule,
  state: AlertState,
  { readings }: Detection,
  louder: EffectiveRule | null,
  nowMs: number,
): readonly Finding[] {
  const { id, subject, seq, sinceMs } = state;
  const reading = readings.find((one) => one.subject === subject) ?? null;
  const value = reading?.value ?? null;
  const base = { id, rule, subject, value, seq, sinceMs };
  if (rule.once) return [];
  if (state.state === 'pending') return [{ ...base, kind: 'clear', text: '', quiet: true }];
  if (state.state !== 'firing' && state.state !== 'acknowledged') return [];
  const minutes = Math.round((nowMs - sinceMs) / 60_000);
  if (reading && louder && holds(louder, reading)) {
    const text = `${louder.name} has taken over: ${reading.text}`;
    return [{ ...base, kind: 'recovered', seq: seq + 1, text, quiet: true }];
  }
  const text = `over after ${minutes} min: ${reading?.text ?? 'it does not show any more'}`;
  return [{ ...base, kind: 'recovered', seq: seq + 1, text, quiet: rule.muted || !state.noticed }];
}

function withinCooldown(rule: EffectiveRule, state: AlertState | null, nowMs: number): boolean {
  if (state === null || state.noticedAtMs === null) return false;
  return nowMs - state.noticedAtMs < rule.cooldownMinutes * 60_000;
}

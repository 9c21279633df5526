import type { TransitionKind } from '../../core/schemas/alerts.js';
import { median } from '../statistics.js';

/** One transition, as far as it counts here. Times in epoch milliseconds. */
export interface CountedTransition {
  readonly alertId: string;
  readonly rule: string;
  readonly kind: TransitionKind;
  readonly quiet: boolean;
  readonly atMs: number;
}

/** One delivery, as far as it counts here. */
export interface CountedDelivery {
  readonly channel: string;
  readonly state: string;
  readonly createdAtMs: number;
  readonly notBeforeMs: number;
  readonly endedAtMs: number | null;
}

/** How one rule did. Minutes are medians; null without one. */
export interface RuleEffect {
  readonly rule: string;
  readonly fired: number;
  readonly held: number;
  readonly reminded: number;
  readonly escalated: number;
  readonly acknowledged: number;
  readonly recovered: number;
  readonly minutesToAcknowledge: number | null;
  readonly minutesToRecover: number | null;
}

/** How one channel did. Seconds from when a notice might be sent to its proof. */
export interface ChannelEffect {
  readonly channel: string;
  readonly delivered: number;
  readonly waiting: number;
  readonly skipped: number;
  readonly failed: number;
  readonly medianSeconds: number | null;
  readonly slowestSeconds: number | null;
}

/** What each rule told and how soon it was taken and over; the noisiest first. Pure. */
export function ruleEffects(transitions: readonly CountedTransition[]): readonly RuleEffect[] {
  const rules = [...new Set(transitions.map(({ rule }) => rule))];
  return rules
    .map((rule) =>
      effectOf(
        rule,
        transitions.filter((one) => one.rule === rule),
      ),
    )
    .sort((a, b) => b.fired - a.fired || (a.rule < b.rule ? -1 : 1));
}

function effectOf(rule: string, own: readonly CountedTransition[]): RuleEffect {
  const count = (kind: TransitionKind) => own.filter((one) => one.kind === kind).length;
  const fired = own.filter(({ kind }) => kind === 'fired' || kind === 'told');
  const minutesTo = (kind: TransitionKind) =>
    median(
      fired.flatMap(({ alertId, atMs }) => {
        const next = own.find((one) => one.alertId === alertId && one.kind === kind && one.atMs >= atMs);
        return next ? [(next.atMs - atMs) / 60_000] : [];
      }),
    );
  return {
    rule,
    fired: fired.length,
    held: fired.filter(({ quiet }) => quiet).length,
    reminded: count('reminded'),
    escalated: count('escalated'),
    acknowledged: count('acknowledged'),
    recovered: count('recovered'),
    minutesToAcknowledge: minutesTo('acknowledged'),
    minutesToRecover: minutesTo('recovered'),
  };
}

/** What became of the notices of each channel, by name. Pure. */
export function channelEffects(deliveries: readonly CountedDelivery[]): readonly ChannelEffect[] {
  const channels = [...new Set(deliveries.map(({ channel }) => channel))].sort();
  return channels.map((channel) => {
    const own = deliveries.filter((one) => one.channel === channel);
    const count = (state: string) => own.filter((one) => one.state === state).length;
    const seconds = own.flatMap(({ state, endedAtMs, createdAtMs, notBeforeMs }) =>
      state === 'delivered' && endedAtMs !== null ? [(endedAtMs - Math.max(createdAtMs, notBeforeMs)) / 1_000] : [],
    );
    return {
      channel,
      delivered: count('delivered'),
      waiting: count('waiting'),
      skipped: count('skipped'),
      failed: count('failed'),
      medianSeconds: median(seconds),
      slowestSeconds: seconds.length === 0 ? null : Math.max(...seconds),
    };
  });
}

import { z } from 'zod';
import type { IncidentSeverity } from './names.js';

/** One thing that is wrong, as an alert or the watchdog tells it. */
export interface IncidentFault {
  /** Names what is wrong: the alert's id. */
  readonly alertId: string;
  /** Number of the alert's transition: what comes twice or late is known by it. */
  readonly seq: number;
  readonly rule: string;
  readonly severity: IncidentSeverity;
  readonly kind: TransitionKind;
  readonly text: string;
  /** Who took it, where a person did; null otherwise. */
  readonly by: string | null;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** What can be measured about the system; each has a detector of its own in `store/detectors/`. */
export const MEASURES = [
  'uptime',
  'run-success',
  'request-errors',
  'collection-minutes',
  'day-late-minutes',
  'day-not-started-minutes',
  'nothing-collected-minutes',
  'run-failed',
  'run-partial',
  'run-completed',
  'rows-per-hour',
  'store-seconds',
  'zip-age-hours',
  'queue-age-hours',
  'windows-suspect',
  'windows-blocked',
  'windows-drifted',
  'layout-waits',
  'token-refused',
  'circuit-open',
  'components-down',
  'ceiling-passed',
  'answer-time-ratio',
  'proxies-healthy',
  'captchas-solved',
  'model-missing',
  'completeness',
  'quality-gate',
  'facts-agreed',
  'rows-valid',
  'properties-doubled',
  'integrity-faults',
  'secret-seen',
  'drill-failed',
  'drill-age-days',
  'drill-passed',
  'budget-share',
  'day-cost-usd',
  'property-cost-usd',
  'balance-days',
  'bill-difference',
  'cpu-share',
  'memory-share',
  'disk-share',
  'database-ms',
  'database-filled',
  'notice-waits-minutes',
  'report-undelivered-minutes',
  'measures-untaken',
  'version-runs',
  'details-unchanged',
  'rate-used',
] as const;
export type Measure = (typeof MEASURES)[number];

/** Measures of the installation, not of a market: looked at once, with the first market. */
export const SYSTEM_MEASURES: readonly Measure[] = [
  'uptime',
  'circuit-open',
  'components-down',
  'token-refused',
  'layout-waits',
  'ceiling-passed',
  'answer-time-ratio',
  'proxies-healthy',
  'captchas-solved',
  'integrity-faults',
  'secret-seen',
  'drill-failed',
  'drill-age-days',
  'drill-passed',
  'budget-share',
  'day-cost-usd',
  'balance-days',
  'bill-difference',
  'cpu-share',
  'memory-share',
  'disk-share',
  'database-ms',
  'database-filled',
  'notice-waits-minutes',
  'version-runs',
];

/** How loud an alert is told. */
export const TIERS = ['info', 'warning', 'critical'] as const;
export type Tier = (typeof TIERS)[number];

/** How bad it is; all but `info` open an incident. */
export const SEVERITIES = ['P0', 'P1', 'P2', 'P3', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Ways to people. `digest`: waits for the daily mail; `dashboard`: the record itself is the notice. */
export const CHANNELS = ['mail', 'sms', 'slack', 'github', 'dashboard', 'digest'] as const;
export type Channel = (typeof CHANNELS)[number];

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

/** One rule of `config/alert-rules.json`. */
export const alertRule = z.strictObject({
  name,
  /** Words of the requirement it stands for, and where they are. */
  trigger: z.string().min(5),
  requirement: z.string().min(3),
  tier: z.enum(TIERS),
  severity: z.enum(SEVERITIES),
  measure: z.enum(MEASURES),
  /** It holds when the measure is `above` (more than), `from` (at least) or `below` (less than) the threshold. */
  when: z.enum(['above', 'from', 'below']),
  threshold: z.number(),
  unit: z.enum(['share', 'minutes', 'hours', 'days', 'seconds', 'milliseconds', 'usd', 'count', 'times', 'rows/h']),
  /** It fires once it has held so long. */
  forMinutes: z.number().min(0),
  /** So long nobody is told again of the same thing; 0: never again. */
  cooldownMinutes: z.number().min(0),
  /** What else of the same root would say; `{subject}` stands for the subject, `{source}` for its first word. */
  cause: z.string().regex(/^[a-z{}-]+(\/[a-z{}-]+)*$/),
  /** Section of docs/alerts.md. */
  runbook: name,
  /** It holds its tongue where this louder rule holds. */
  yieldsTo: name.exactOptional(),
  /** Told once for each subject; it does not recover. */
  once: z.literal(true).exactOptional(),
});
export type AlertRule = z.infer<typeof alertRule>;

/** Rules with different names, each yielding only to a rule that there is. */
export const alertRules = z
  .array(alertRule)
  .refine((all) => new Set(all.map((rule) => rule.name)).size === all.length, { error: 'two rules have one name' })
  .refine((all) => all.every(({ yieldsTo }) => !yieldsTo || all.some((rule) => rule.name === yieldsTo)), {
    error: 'a rule yields to one that there is not',
  });

/** Changes of a rule by a person. */
export const ruleChange = z.strictObject({
  threshold: z.number().exactOptional(),
  forMinutes: z.number().min(0).exactOptional(),
  cooldownMinutes: z.number().min(0).exactOptional(),
  muted: z.boolean().exactOptional(),
});
export type RuleChange = z.infer<typeof ruleChange>;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** `config/alert-channels.json`: which tier goes where, and when people are left in peace. */
export const alertChannels = z.strictObject({
  tiers: z.strictObject({
    info: z.array(z.enum(CHANNELS)),
    warning: z.array(z.enum(CHANNELS)),
    critical: z.array(z.enum(CHANNELS)),
  }),
  /** In the zone of the market. Notices of these severities wait for its end. */
  quietHours: z.strictObject({ from: clock, to: clock, severities: z.array(z.enum(SEVERITIES)) }),
  /** By tier: minutes until somebody should answer, until it goes up, and the roles that are told first and then. */
  response: z.record(
    z.enum(TIERS),
    z.strictObject({
      withinMinutes: z.number().positive().nullable(),
      escalateMinutes: z.number().positive().nullable(),
      tells: z.array(z.string()).min(1),
      escalatesTo: z.array(z.string()),
    }),
  ),
});
export type AlertChannels = z.infer<typeof alertChannels>;

/** What a measure showed about one subject. */
export interface Reading {
  readonly subject: string;
  readonly value: number;
  /** One sentence with the figures behind it; no secret, no personal data. */
  readonly text: string;
}

/** All readings of a measure at one time. A measure that could not be taken is not in the list at all. */
export interface Detection {
  readonly measure: Measure;
  readonly readings: readonly Reading[];
}

/** `escalated`: nobody took it in time, so somebody else is told; `told`: of what happens once. */
export type TransitionKind = 'fired' | 'reminded' | 'escalated' | 'acknowledged' | 'recovered' | 'told';

/** Input of `evaluateAlerts`. */
export interface EvaluateAlertsInput {
  readonly market: string;
  /** Measures to take; left out: those that are due in this minute. */
  readonly measures?: readonly Measure[];
}

/** Counts of one evaluation. */
export interface EvaluateAlertsResult {
  readonly transitions: number;
  readonly deliveries: number;
  /** What incidents are opened, told and ended by. */
  readonly raised: readonly RaisedAlert[];
  /** Measures that could not be taken, with the reason. */
  readonly unknown: readonly string[];
}

/** A transition that incidents are opened, told or ended by. Those of severity `info` are none. */
export interface RaisedAlert {
  readonly market: string;
  readonly cause: string;
  readonly fault: IncidentFault;
  /** False: told to an incident that there is, but opens none (inside the cooldown, over, taken). */
  readonly opens: boolean;
}

/** Up to where the transitions of an alert are known to incidents. */
export interface RaisedMark {
  readonly alertId: string;
  readonly seq: number;
}

/** A notice that is due, as its workflow takes it. */
export interface DueDelivery {
  readonly id: string;
  /** Epoch milliseconds; not to be sent before. */
  readonly notBeforeMs: number;
}

/** What became of a digest. */
export interface DigestResult {
  readonly notices: number;
  readonly sent: boolean;
  /** Why not; null when sent. */
  readonly reason: string | null;
}

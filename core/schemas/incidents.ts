import { z } from 'zod';
import { type IncidentFault, TIERS } from './alerts.js';
import {
  INCIDENT_LEVELS,
  INCIDENT_SEVERITIES,
  type IncidentSeverity,
  RECOVERY_STEPS,
  type SourceName,
} from './names.js';

/** Who is told: the levels of escalation that people answer, and the head of the second. */
export type IncidentLevel = (typeof INCIDENT_LEVELS)[number];
/** What the machine tries by itself. */
export type RecoveryStep = (typeof RECOVERY_STEPS)[number];

const minutes = z.number().min(0);
const clocks = z.strictObject({
  meaning: z.string(),
  /** Until somebody has to take it. */
  responseMinutes: z.number().positive(),
  /** Until it has to be over; null: with the next release. */
  resolveMinutes: z.number().positive().nullable(),
  /** Those who were told hear again so often. */
  updateMinutes: z.number().positive(),
  /** Who is told when nobody has taken it so long. */
  ladder: z.array(z.strictObject({ level: z.enum(INCIDENT_LEVELS), afterMinutes: minutes })).min(1),
  /** Once its alerts are over so long, it is resolved unless somebody objects. */
  quietMinutes: z.number().positive(),
  /** Channels (`config/alert-channels.json`) of what needs an answer, and of what only tells. */
  tier: z.enum(TIERS),
  updateTier: z.enum(TIERS),
});
const levels = z.record(z.enum(INCIDENT_LEVELS), z.array(z.string()).min(1));

/** `config/incidents.json`. */
export const incidentSettings = z.strictObject({
  severities: z.record(z.enum(INCIDENT_SEVERITIES), clocks),
  /** Roles of the roster that answer for a level. */
  levels,
  /** A review is due so long after the end; reminded of before. */
  reviewHours: z.number().positive(),
  reviewReminderHours: z.number().positive(),
  /** Which alert rules are which severity. The rules' own severity says the same; a test holds both together. */
  rules: z.array(
    z.strictObject({ severity: z.enum(INCIDENT_SEVERITIES), when: z.string(), alerts: z.array(z.string()).min(1) }),
  ),
  /** What the machine tries first, by the cause or, with a slash, its beginning; nothing for the rules of `unless`. */
  recovery: z.array(
    z.strictObject({ cause: z.string(), steps: z.array(z.enum(RECOVERY_STEPS)).min(1), unless: z.array(z.string()) }),
  ),
  checklist: z.array(z.strictObject({ title: z.string(), tasks: z.array(z.string()).min(1) })).length(7),
  watchdog: z.strictObject({
    /** After the time at which the day is due. */
    graceMinutes: z.number().positive(),
    /** A running day without a page so long stands still. */
    stuckMinutes: z.number().positive(),
    /** An activity at this try or later is named. */
    manyAttempts: z.number().int().positive(),
    /** The evaluation of alerts runs every minute; silent so long, it is dead. */
    evaluationMinutes: z.number().positive(),
  }),
});
export type IncidentSettings = z.infer<typeof incidentSettings>;
/** What the clocks of an incident go by. */
export type ClockSettings = Pick<IncidentSettings, 'severities' | 'reviewHours' | 'reviewReminderHours'>;

/** A fault as an incident keeps it. */
export interface KnownFault extends Omit<IncidentFault, 'kind' | 'by'> {
  readonly over: boolean;
  /** When it was told first. */
  readonly since: string;
}

export type TimelineKind =
  | 'opened'
  | 'fault'
  | 'fault-over'
  | 'recovered'
  | 'recovery-try'
  | 'severity'
  | 'acknowledged'
  | 'note'
  | 'check'
  | 'notice'
  | 'resolved'
  | 'reopened';

export interface TimelineEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: string;
  readonly kind: TimelineKind;
  /** A person; null for the machine. */
  readonly by: string | null;
  readonly text: string;
}

/** One try of the machine to put it right. */
export interface RecoveryTry {
  readonly step: RecoveryStep;
  /** `nothing`: there was nothing to do. */
  readonly outcome: 'done' | 'failed' | 'nothing';
  readonly text: string;
  readonly at: string;
}

/** All that an incident knows. Instants are ISO 8601 UTC. */
export interface IncidentState {
  /** `ids.incidentId`. */
  readonly id: string;
  readonly market: string;
  readonly cause: string;
  readonly title: string;
  readonly severity: IncidentSeverity;
  readonly status: 'open' | 'acknowledged' | 'recovered' | 'resolved';
  readonly openedAt: string;
  /** The clocks run from here: the opening, the last change of severity, the last reopening. */
  readonly roundAt: string;
  readonly round: number;
  /** Who took it, when; null while nobody has. */
  readonly by: string | null;
  readonly acknowledgedAt: string | null;
  readonly faults: readonly KnownFault[];
  readonly recoveredAt: string | null;
  /** Somebody objected to its being resolved by itself. */
  readonly keptOpen: boolean;
  readonly resolvedAt: string | null;
  readonly resolution: string | null;
  /** Steps of the checklist, by number from 1. */
  readonly checked: readonly { readonly step: number; readonly by: string; readonly at: string }[];
  /** Ids of the steps of the clocks that were done in this round. */
  readonly done: readonly string[];
  /** Intervals of this round of which those who know were told. */
  readonly updates: number;
  /** Levels that know of it. */
  readonly told: readonly IncidentLevel[];
  readonly tried: readonly RecoveryTry[];
  /** Number of the last entry of the timeline. */
  readonly seq: number;
  /** The latest entries; all of them are in the read model. */
  readonly timeline: readonly TimelineEntry[];
}

/** What falls due: a notice, or the end after a quiet time. */
export interface IncidentStep {
  /** Unique in a round. */
  readonly id: string;
  readonly kind:
    | 'tell'
    | 'response-overdue'
    | 'resolve-overdue'
    | 'update'
    | 'recovered'
    | 'settle'
    | 'resolved'
    | 'review-reminder'
    | 'review-overdue';
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly levels: readonly IncidentLevel[];
}

/** Input of the workflow `incident`. */
export interface IncidentInput {
  readonly market: string;
  readonly cause: string;
  readonly fault: IncidentFault;
  /** What it knew when it continued as new; earlier versions carried no memory. */
  readonly carried?: { readonly state: IncidentState; readonly plan: IncidentPlan; readonly memory?: IncidentMemory };
}

/** How far the workflow itself has come, beside how the incident stands. */
export interface IncidentMemory {
  /** Number of the last entry that the read model has. */
  readonly kept: number;
  /** Round in which the machine's tries were counted; 0 before the first. */
  readonly counted: number;
  /** When that was, epoch milliseconds: what was tried before is in it. */
  readonly countedAtMs: number;
  /** Who acknowledged last, as its alerts know. */
  readonly taken: string | null;
  /** Epoch milliseconds; 0 before the first try. */
  readonly triedAtMs: number;
  /** Something began that the machine has not tried to put right. */
  readonly wantsTry: boolean;
}

/** How a source is asked. */
export interface ProbeTarget {
  readonly source: SourceName;
  readonly taskQueue: string;
}

/** What an incident goes by, read once at its beginning. */
export interface IncidentPlan {
  readonly clocks: ClockSettings;
  /** Steps of the checklist. */
  readonly checklist: number;
  /** What the machine tries, and the rules under which it does not. */
  readonly steps: readonly RecoveryStep[];
  readonly unless: readonly string[];
  /** Sources that the cause names. */
  readonly probes: readonly ProbeTarget[];
  /** Today in the zone of the market. */
  readonly runDate: string;
  /** Whether the daily sequence of that day began; left out by earlier versions. */
  readonly began?: boolean;
}

export interface AckIncident {
  readonly by: string;
  readonly note: string | null;
}
export interface NoteIncident {
  readonly by: string;
  readonly text: string;
  /** Not to be resolved by itself. */
  readonly keepOpen: boolean;
}
export interface SetIncidentSeverity {
  readonly by: string;
  readonly severity: IncidentSeverity;
  readonly why: string;
}
export interface CheckIncident {
  readonly by: string;
  /** From 1 to 7. */
  readonly step: number;
}
export interface ResolveIncident {
  readonly by: string;
  readonly how: string;
}

export interface IncidentResult {
  readonly id: string;
  readonly severity: IncidentSeverity;
  readonly resolvedAt: string | null;
  readonly resolution: string | null;
}

/** Input of `watchdog`. */
export interface WatchdogInput {
  readonly market: string;
}

/** What the watchdog can find. */
export type WatchKind = 'not-started' | 'stuck' | 'hanging' | 'slow' | 'few' | 'evaluation';

export interface WatchVerdict {
  readonly kind: WatchKind;
  /** True: an incident is to know. False: an alert tells of it already, or it is being put right. */
  readonly raise: boolean;
  readonly text: string;
}

/** A fault that the watchdog told an incident of, with the number of the last word about it. */
export interface WatchFault {
  readonly kind: WatchKind;
  readonly seq: number;
  readonly open: boolean;
  /** While it is open, when that was told last, ISO 8601 UTC; earlier versions left it out. */
  readonly toldAt?: string;
}

/** What one look found. */
export interface WatchLook {
  /** `missed`: due and not begun. `idle`: not due, not scheduled, or held by a person. */
  readonly state: 'idle' | 'missed' | 'running' | 'closed';
  readonly verdicts: readonly WatchVerdict[];
  /** What it told before. */
  readonly faults: readonly WatchFault[];
}

/** Result of `watchdog`. */
export interface WatchdogResult extends Pick<WatchLook, 'state' | 'verdicts'> {
  /** What it did, a sentence each. */
  readonly acts: readonly string[];
}

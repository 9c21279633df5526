/** Kinds of reports, each with the length of its period. A new kind is a row here and a file in `reports/periodic/kinds/`. */
export const REPORT_SPANS = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  technical: 'day',
  maintenance: 'week',
  cost: 'month',
  quarter: 'quarter',
  value: 'month',
  'first-run': 'day',
  custom: 'range',
} as const;

/** Kinds that can come on schedule: the others are asked for by a person, who says of which days. */
export const SCHEDULED_REPORTS = [
  'daily',
  'weekly',
  'monthly',
  'technical',
  'maintenance',
  'cost',
  'quarter',
  'value',
] as const satisfies readonly (keyof typeof REPORT_SPANS)[];
export type ScheduledReport = (typeof SCHEDULED_REPORTS)[number];

export const REPORT_NAMES = [
  ...SCHEDULED_REPORTS,
  'first-run',
  'custom',
] as const satisfies readonly (keyof typeof REPORT_SPANS)[];
export type ReportKind = (typeof REPORT_NAMES)[number];

/** `range` is any two days; it is asked for by a person alone. */
export type ReportSpan = 'day' | 'week' | 'month' | 'quarter' | 'range';

/** One report: there is one for each kind, market and period. */
export interface ReportName {
  readonly kind: ReportKind;
  readonly market: string;
  /** `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4` or `2026-11-01:2026-11-22`, by the span of the kind. */
  readonly period: string;
}

/** Input of `periodicReport`. */
export interface PeriodicReportInput extends ReportName {
  /** False: built and kept, and sent to nobody. */
  readonly send: boolean;
  /** A person wants it sent although it was: names his request, so that a retry of it is no second one. Null: sent once. */
  readonly again: string | null;
}

/** Input of `scheduledReport`. */
export interface ScheduledReportInput {
  readonly kind: ScheduledReport;
  /** Of the kind. */
  readonly span: Exclude<ReportSpan, 'range'>;
  readonly market: string;
  readonly timeZone: string;
}

export type ReportColour = 'GREEN' | 'YELLOW' | 'RED';

/** A report as it is kept: names and figures about it, never what is in it. */
export interface KeptReport {
  /** `ids.reportId`. */
  readonly id: string;
  readonly colour: ReportColour;
  /** SHA-256 of what is in it. */
  readonly sha256: string;
}

/** Result of `periodicReport`. */
export interface PeriodicReportResult extends KeptReport {
  /** Paths relative to the data folder. */
  readonly files: readonly string[];
  readonly sent: boolean;
  /** Why not, or that it was sent by an earlier one; null when this one sent it. */
  readonly reason: string | null;
}

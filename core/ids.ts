import type { SourceName } from './schemas/names.js';

/** What names one collection day of one ZIP of one source. */
export interface WindowName {
  readonly market: string;
  readonly source: SourceName;
  readonly zip: string;
  readonly runDate: string;
}

/** Workflow id of the daily sequence of a market: the same day twice is the same workflow. */
export function dailyWorkflowId(market: string, runDate: string): string {
  return `daily/${market}/${runDate}`;
}

/**
 * Workflow id of a run with a scope of its own.
 * @param inputHash 8 hex digits of the normalised input; made by the client, since workflows have no hash function
 */
export function adhocWorkflowId(market: string, runDate: string, inputHash: string): string {
  return `adhoc/${market}/${runDate}/${inputHash}`;
}

/** Workflow id of one source inside a sequence. */
export function sourceWorkflowId(sequenceId: string, source: SourceName): string {
  return `${sequenceId}/${source}`;
}

/** Workflow id of one ZIP inside a source. */
export function zipWorkflowId(sequenceId: string, source: SourceName, zip: string): string {
  return `${sequenceId}/${source}/${zip}`;
}

/** Workflow id of a phase (`prepare`, `enrich`, `validate`, `report`, `clean-up`) inside a sequence. */
export function phaseWorkflowId(sequenceId: string, phase: PhaseName): string {
  return `${sequenceId}/${phase}`;
}

export type PhaseName = 'prepare' | 'enrich' | 'validate' | 'report' | 'clean-up';

/**
 * Workflow id of the delivery of a run's summary. It may outlive its run by hours, so each run of a day has its own.
 * @param runKey of `runKeyOf`
 */
export function mailWorkflowId(sequenceId: string, runKey: string): string {
  return `${sequenceId}/mail/${runKey.slice(runKey.lastIndexOf('#') + 1)}`;
}

/** Workflow id of the filling of gaps over some days: the same days twice at a time are one. */
export function fillGapsWorkflowId(market: string, from: string, to: string): string {
  return `fill/${market}/${from}_${to}`;
}

/** Workflow id of a phase that is started alone: one of a kind a day. */
export function serviceWorkflowId(market: string, phase: PhaseName, runDate: string): string {
  return `service/${market}/${phase}/${runDate}`;
}

/** Workflow id of the refreshing of open market data: one at a time. */
export const REFRESH_MARKET_WORKFLOW_ID = 'market-data/refresh';

/** Workflow id of the replay of a day: one at a time, whichever sources it reads. */
export function replayWorkflowId(market: string, runDate: string): string {
  return `replay/${market}/${runDate}`;
}

/** Workflow id of a probe that a person asks for: two at a time are one. */
export function probeWorkflowId(source: SourceName): string {
  return `probe/${source}`;
}

/** Workflow id of the repair of a source's selectors: one at a time. */
export function repairWorkflowId(source: SourceName): string {
  return `repair/${source}`;
}

/** Key of an alert: what it says about what, in which market. The same trouble again is the same alert. */
export function alertId(market: string, rule: string, subject: string): string {
  return `${market}/${rule}/${subject}`;
}

/** Key of one transition of an alert. @param seq from 1 */
export function transitionId(alert: string, seq: number): string {
  return `${alert}#${seq}`;
}

/** Key of the telling of one transition over one channel. */
export function deliveryId(transition: string, channel: string): string {
  return `${transition}/${channel}`;
}

/** Workflow id of an evaluation outside the schedule: one at a time. */
export function evaluateAlertsWorkflowId(market: string): string {
  return `alerts/${market}`;
}

/** Workflow id of one delivery: the same notice twice at a time is one. */
export function deliveryWorkflowId(delivery: string): string {
  return `delivery/${delivery}`;
}

/** Workflow id of an incident: faults of one cause are one at a time. */
export function incidentWorkflowId(market: string, cause: string): string {
  return `incident/${market}/${cause}`;
}

/** Key of an incident: its cause, and when it was opened. @param openedAt ISO 8601 UTC */
export function incidentId(market: string, cause: string, openedAt: string): string {
  return `${market}/${cause}@${openedAt.replace(/[-:]|\.\d+/g, '')}`;
}

/** Key of what an incident tells at one step of one round; stands where a transition's does. */
export function incidentStepId(incident: string, round: number, step: string): string {
  return `${incident}#${round}.${step}`;
}

/** Workflow id that a schedule gives to its thin starter; the server appends the time. */
export function scheduledWorkflowId(scheduleId: string): string {
  return `schedule/${scheduleId}`;
}

/** Key of a row of the windows ledger. */
export function windowId({ market, source, zip, runDate }: WindowName): string {
  return `${market}:${source}:${zip}:${runDate}`;
}

/**
 * Names one execution of a sequence, the same over retries and continue-as-new.
 * @param firstExecutionRunId run id of the first execution in the chain
 */
export function runKeyOf(workflowId: string, firstExecutionRunId: string): string {
  return `${workflowId}#${firstExecutionRunId}`;
}

/** Stands for the run of calls that belong to no run: probes of a source on one day. */
export function probeRunKey(source: SourceName, day: string): string {
  return `probe/${source}/${day}`;
}

/** Key of the facts of one source about one thing. */
export function recordId(source: SourceName, key: string): string {
  return `${source}:${key}`;
}

/** Property id of a parcel: county and parcel number. */
export function parcelPropertyId(county: string, parcelNumber: string): string {
  return `${county}:${parcelNumber}`;
}

/** Property id of a listing that names no parcel. */
export function listingPropertyId(source: SourceName, listingKey: string): string {
  return `listing:${source}:${listingKey}`;
}

/** True for the id of a property that no parcel names. */
export function isListingProperty(propertyId: string): boolean {
  return propertyId.startsWith('listing:');
}

/** The task queue whose workers may talk to a source. */
export function sourceTaskQueue(source: SourceName, via: 'http' | 'browser'): string {
  return via === 'browser' ? 'browser' : `http-${source}`;
}

/** Task queues that belong to no source. */
export const TASK_QUEUES = { pipeline: 'pipeline', llm: 'llm', notify: 'notify', browser: 'browser' } as const;

const PARCEL_NUMBER = /^(\d{3})[-. ]?(\d{2})[-. ]?(\d{3})([A-Za-z]?)$/;

/**
 * A parcel number in its compact form: eight digits and at most one capital letter. Dashes, dots and blanks are
 * allowed on input (Assessor API paper, read 2025-07).
 * @returns null when the text is no parcel number
 */
export function normaliseParcelNumber(text: string): string | null {
  const match = PARCEL_NUMBER.exec(text.trim());
  if (!match) return null;
  const [, book, map, item, letter = ''] = match;
  return `${book}${map}${item}${letter.toUpperCase()}`;
}

/**
 * A parcel number of any county of Arizona in a compact form, as its source stated it: digits, then perhaps a letter, without
 * dashes, dots and blanks. Which form is right for a county is known to its source.
 * @returns null when the text is no parcel number of any
 */
export function compactParcelNumber(text: string): string | null {
  const compact = text.replace(/[-. ]/g, '').toUpperCase();
  return /^\d{8,9}[A-Z]?$/.test(compact) && compact.length <= 9 ? compact : null;
}

/** The form the county prints: `123-45-678A`. Expects the compact form. */
export function displayParcelNumber(parcelNumber: string): string {
  return `${parcelNumber.slice(0, 3)}-${parcelNumber.slice(3, 5)}-${parcelNumber.slice(5)}`;
}

/** A periodic report, also as its workflow. @param period as in `ReportName` */
export function reportId(kind: string, market: string, period: string): string {
  return `report/${kind}/${market}/${period}`;
}

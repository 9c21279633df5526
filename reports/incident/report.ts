import type { IncidentSettings, IncidentState } from '../../core/schemas/incidents.js';
import type { IncidentSeverity } from '../../core/schemas/names.js';
import { deadlinesOf, isReviewed, nextStep } from '../../domain/incidents/clocks.js';
import { openFaults } from '../../domain/incidents/severity.js';
import type { DeliveryDocument } from '../../store/alerts/documents.js';
import type { IncidentImpact } from '../../store/incidents/impact.js';

/** What a report of an incident is made of. */
export interface IncidentReportInput {
  /** With the whole timeline. */
  readonly state: IncidentState;
  readonly impact: IncidentImpact;
  readonly notices: readonly Pick<
    DeliveryDocument,
    'title' | 'channel' | 'state' | 'createdAt' | 'endedAt' | 'proof' | 'reason'
  >[];
  /** Who is on call now, by level: names, no addresses. */
  readonly onCall: readonly { readonly level: string; readonly names: readonly string[] }[];
  readonly mode: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** One part of it: sentences, then perhaps a table with its head in the first row. */
export interface ReportSection {
  readonly heading: string;
  readonly lines: readonly string[];
  readonly table: readonly (readonly string[])[];
}

export interface IncidentReport {
  readonly title: string;
  readonly sections: readonly ReportSection[];
}

/** Business impact as R-OP's template names it, by severity. */
const BUSINESS: Readonly<Record<IncidentSeverity, string>> = { P0: 'HIGH', P1: 'HIGH', P2: 'MEDIUM', P3: 'LOW' };
const STATUS = {
  open: 'IN_PROGRESS',
  acknowledged: 'IN_PROGRESS',
  recovered: 'IN_PROGRESS',
  resolved: 'RESOLVED',
} as const;
const NO_INPUT = 'no input';
const MINUTE_MS = 60_000;

/** The report of an incident by the template of R-OP (Critical Incident Communication Template). Pure. */
export function incidentReport(input: IncidentReportInput, settings: IncidentSettings): IncidentReport {
  const { state, mode } = input;
  const demo = mode === 'production' ? '' : ` (${mode})`;
  return {
    title: `[${state.severity}] Phoenix property collection${demo}: ${state.title}`,
    sections: [
      summary(state),
      impactOf(input, settings),
      faults(state),
      actions(input),
      clocks(input, settings),
      communication(input, settings),
      checklist(state, settings),
      timeline(state),
      review(state),
    ],
  };
}

function section(heading: string, lines: readonly string[], table: ReportSection['table'] = []): ReportSection {
  return { heading, lines, table };
}

function summary({ id, severity, status, openedAt, resolvedAt, resolution, told }: IncidentState): ReportSection {
  const escalated = told.includes('L3') || told.includes('L4') ? ', ESCALATED' : '';
  return section('Incident summary', [
    `Incident ID: ${id}`,
    `Severity: ${severity}`,
    `Start time: ${openedAt}`,
    `Current status: ${STATUS[status]}${status === 'resolved' ? '' : escalated} (${status})`,
    ...(resolvedAt === null ? [] : [`Resolved: ${resolvedAt}, ${resolution}`]),
  ]);
}

function impactOf({ state, impact }: IncidentReportInput, settings: IncidentSettings): ReportSection {
  const { windows, complete, lacking, costUsdMicros } = impact;
  const { resolveMs } = deadlinesOf(state, settings);
  const due = resolveMs === null ? 'next release' : new Date(resolveMs).toISOString();
  return section(
    'Impact assessment',
    [
      `Affected services: ${state.cause} (${state.faults.map(({ rule }) => rule).join(', ')})`,
      `Business impact: ${BUSINESS[state.severity]} (${settings.severities[state.severity].meaning})`,
      `Customer impact: ${windows - complete} of ${windows} windows of these days lack`,
      `Estimated resolution: ${state.resolvedAt ?? due}`,
      `Spent on these days: ${(costUsdMicros / 1_000_000).toFixed(2)} dollars`,
    ],
    lacking.length === 0 ? [] : [['Window that lacks'], ...lacking.map((line) => [line])],
  );
}

function faults({ faults: known }: IncidentState): ReportSection {
  const rows = known.map(({ since, severity, alertId, over, text }) => [
    ...[since, severity, alertId, over ? 'over' : 'open', text],
  ]);
  return section('Alerts', [], [['Since', 'Severity', 'Alert', 'State', 'What'], ...rows]);
}

function actions({ state }: IncidentReportInput): ReportSection {
  const notes = state.timeline.filter(({ kind }) => kind === 'note');
  const open = openFaults(state);
  return section(
    'Current actions',
    [
      `Immediate response: ${state.tried.length === 0 ? 'the machine tried nothing' : `the machine tried ${state.tried.length} times`}`,
      `Investigation status: ${notes.at(-1) === undefined ? NO_INPUT : `${notes.at(-1)?.text} (${notes.at(-1)?.by}, ${notes.at(-1)?.at})`}`,
      `Still wrong: ${open.length === 0 ? 'nothing' : open.map(({ rule, text }) => `${rule}: ${text}`).join('; ')}`,
    ],
    [
      ['At', 'Tried by the machine', 'Outcome', 'What'],
      ...state.tried.map(({ at, step, outcome, text }) => [at, step, outcome, text]),
    ],
  );
}

function clocks({ state, at }: IncidentReportInput, settings: IncidentSettings): ReportSection {
  const { responseMinutes, resolveMinutes } = settings.severities[state.severity];
  const row = (name: string, targetMinutes: number | null, end: string | null) => {
    const minutes = (Date.parse(end ?? at) - Date.parse(state.roundAt)) / MINUTE_MS;
    const over = targetMinutes !== null && minutes > targetMinutes;
    const verdict = end === null ? (over ? 'overdue' : 'running') : over ? 'late' : 'in time';
    return [name, targetMinutes === null ? 'none' : `${targetMinutes} min`, `${minutes.toFixed(1)} min`, verdict];
  };
  return section(
    'Clocks',
    [`They run from ${state.roundAt} (round ${state.round})`],
    [
      ['Clock', 'Target', 'Took', 'Verdict'],
      row('response', responseMinutes, state.acknowledgedAt ?? state.resolvedAt),
      row('resolution', resolveMinutes, state.resolvedAt),
    ],
  );
}

function communication({ state, notices, onCall }: IncidentReportInput, settings: IncidentSettings): ReportSection {
  const next = nextStep(state, settings);
  const { updateMinutes } = settings.severities[state.severity];
  const named = (level: string) =>
    onCall.find((one) => one.level === level)?.names.join(', ') || 'nobody on the roster';
  return section(
    'Communication plan',
    [
      `Next: ${next === null ? 'nothing' : `${next.kind} at ${new Date(next.atMs).toISOString()}`}`,
      `Update frequency: every ${updateMinutes} minutes until resolved`,
      `Incident commander: ${state.by ?? 'nobody has taken it'}`,
      `Technical lead: ${named('L3')}`,
      `Distribution: ${state.told.length === 0 ? 'nobody yet' : state.told.map((level) => `${level} (${named(level)})`).join(', ')}`,
    ],
    [
      ['Notice', 'Channel', 'State', 'After s', 'Proof'],
      ...notices.map(({ title, channel, state: standing, createdAt, endedAt, proof, reason }) => {
        const seconds = endedAt === null ? '-' : ((endedAt.getTime() - createdAt.getTime()) / 1_000).toFixed(1);
        return [title, channel, standing, seconds, proof ?? reason ?? ''];
      }),
    ],
  );
}

function checklist({ checked }: IncidentState, settings: IncidentSettings): ReportSection {
  const rows = settings.checklist.map(({ title, tasks }, at) => {
    const done = checked.find(({ step }) => step === at + 1);
    return [String(at + 1), title, tasks.join('; '), done === undefined ? 'open' : `${done.by}, ${done.at}`];
  });
  return section('Checklist', [], [['Step', 'Title', 'Tasks', 'Done'], ...rows]);
}

function timeline({ timeline: entries }: IncidentState): ReportSection {
  const rows = entries.map(({ at, kind, by, text }) => [at, kind, by ?? 'the machine', text]);
  return section('Timeline', [], [['At', 'What', 'Who', 'Words'], ...rows]);
}

/** Judgement is a person's: the notes, or that there are none. */
function review(state: IncidentState): ReportSection {
  const notes = state.timeline.filter(({ kind }) => kind === 'note');
  return section('Review', [
    `Root cause: ${state.resolution === null || notes.length === 0 ? NO_INPUT : notes.map(({ text, by }) => `${text} (${by})`).join('; ')}`,
    `Review: ${isReviewed(state) ? 'done' : state.status === 'resolved' ? 'due within 48 hours of the resolution' : 'after the resolution'}`,
  ]);
}

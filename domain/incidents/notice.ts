import type { IncidentSettings, IncidentState, IncidentStep } from '../../core/schemas/incidents.js';
import type { Notice } from '../alerts/notice.js';
import { deadlinesOf } from './clocks.js';
import { plainLine } from './plain-line.js';
import { openFaults } from './severity.js';

/** What a notice of an incident says beside its state. */
export interface NoticeAround {
  readonly mode: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** Figures of the days since it began, a sentence each. */
  readonly impact: readonly string[];
  /** Names of those who are told now, and of those who knew before. */
  readonly now: readonly string[];
  readonly before: readonly string[];
  /** Sections of docs/alerts.md of the alerts that are open. */
  readonly guides: readonly string[];
}

const WORD: Readonly<Record<IncidentStep['kind'], string>> = {
  tell: '',
  'response-overdue': 'NOT TAKEN ',
  'resolve-overdue': 'OVERDUE ',
  update: 'UPDATE ',
  recovered: 'RECOVERED ',
  settle: 'RESOLVED ',
  resolved: 'RESOLVED ',
  'review-reminder': 'REVIEW ',
  'review-overdue': 'REVIEW OVERDUE ',
};
const MOST_LINES = 5;

/** The words of one step of an incident. Pure: the same step gives the same words. */
export function incidentNotice(
  state: IncidentState,
  step: IncidentStep,
  settings: IncidentSettings,
  around: NoticeAround,
): Notice {
  const { severity, market, title, id, status } = state;
  const { mode, impact, before, now, at } = around;
  const demo = mode === 'production' ? '' : ` (${mode})`;
  const faults = openFaults(state);
  const lines = [
    `${severity}, ${status}${state.by === null ? ', nobody has taken it' : `, taken by ${state.by}`}: ${settings.severities[severity].meaning}`,
    `Since: ${state.openedAt}; told at ${at}`,
    ...listed(
      'What',
      faults.length === 0 ? ['nothing of it shows any more'] : faults.map((one) => `${one.rule}: ${one.text}`),
    ),
    ...listed('Impact', impact),
    ...listed(
      'Tried by the machine',
      state.tried.length === 0 ? ['nothing'] : state.tried.map((one) => `${one.step}: ${one.outcome}, ${one.text}`),
      'last',
    ),
    ...clockLines(state, settings),
    'What to do:',
    ...toDo(state, step, around.guides).map((line) => `  - ${line}`),
    `Told now: ${namesOf(now)}; knew before: ${namesOf(before)}`,
    `Reference: ${id}`,
  ];
  return { title: `[${WORD[step.kind]}${severity}] ${market}${demo}: ${title}`, body: `${lines.join('\n')}\n` };
}

/** A quoted argument of a command; ids may hold blanks. */
export const quoted = (text: string): string => (/^[\w./@:-]+$/.test(text) ? text : `"${text}"`);

function toDo(state: IncidentState, { kind }: IncidentStep, guides: readonly string[]): readonly string[] {
  const name = quoted(state.id);
  const show = `look: phx incidents show ${name}`;
  const review = `review: phx incidents report ${name}, then phx incidents check ${name} 7 --by NAME`;
  if (kind === 'review-reminder' || kind === 'review-overdue') return [review];
  if (kind === 'resolved' || kind === 'settle')
    return [show, ...(state.told.length === 0 && state.by === null ? [] : [review])];
  if (kind === 'recovered') return [show, `object: phx incidents note ${name} --keep-open --text WHY --by NAME`];
  return [
    ...(state.by === null ? [`take it: phx incidents ack ${name} --by NAME`] : []),
    show,
    ...guides.map((guide) => `guide: docs/alerts.md#${guide}`),
    ...(kind === 'update' ? [`say how it stands: phx incidents note ${name} --text HOW --by NAME`] : []),
    `end it: phx incidents resolve ${name} --how HOW --by NAME`,
  ];
}

function clockLines(state: IncidentState, settings: IncidentSettings): readonly string[] {
  if (state.status === 'resolved') return [`Resolved: ${state.resolvedAt}, ${state.resolution}`];
  const { responseMs, resolveMs } = deadlinesOf(state, settings);
  const over = resolveMs === null ? 'with the next release' : `until ${new Date(resolveMs).toISOString()}`;
  return [`Answer: until ${new Date(responseMs).toISOString()}; to be over ${over}`];
}

/** @param which what stays of a list that is too long */
function listed(title: string, lines: readonly string[], which: 'first' | 'last' = 'first'): readonly string[] {
  const more = lines.length - MOST_LINES;
  const shown = which === 'first' ? lines.slice(0, MOST_LINES) : lines.slice(-MOST_LINES);
  return [`${title}:`, ...shown.map((line) => `  - ${plainLine(line)}`), ...(more > 0 ? [`  - and ${more} more`] : [])];
}

function namesOf(names: readonly string[]): string {
  return names.length === 0 ? 'nobody by name' : names.join(', ');
}

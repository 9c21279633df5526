import type { WindowState } from '../../core/schemas/collect.js';
import type { Mode } from '../../core/schemas/names.js';
import type {
  ExampleFact,
  ExampleProperty,
  PhaseTime,
  RunSummary,
  SourceSummary,
  ZipSummary,
} from '../../core/schemas/run.js';
import type { CleanText } from '../clean-text.js';
import { formatCount, formatDuration, localSpan, localTime, millisecondsBetween, plural } from '../format.js';
import { modelLines } from './model-lines.js';
import { reasonInWords } from './reasons.js';
import { type Tone, type Verdict, verdictOf } from './verdict.js';

/** A link under the report. One whose address is not http or https is shown as text. */
export interface ReportLink {
  readonly label: string;
  readonly href: string;
}

/** What a rendering needs beside the summary. */
export interface ViewOptions {
  readonly links: readonly ReportLink[];
  readonly clean: CleanText;
  /** IANA zone of the market. */
  readonly timeZone: string;
}

export interface ZipView {
  readonly zip: string;
  readonly status: WindowState;
  readonly tone: Tone;
  /** Reason and the source's own total, where they say more than the counts; else null. */
  readonly note: string | null;
  readonly seen: string;
  readonly stored: string;
  readonly unchanged: string;
  readonly quarantined: string;
  readonly excluded: string;
}

export interface SourceView {
  readonly name: string;
  readonly status: string;
  readonly tone: Tone;
  readonly reason: string | null;
  readonly work: string;
  readonly zips: readonly ZipView[];
}

export interface FactView {
  readonly name: string;
  readonly value: string;
  readonly source: string;
  readonly url: string;
  /** The address where it may be a link, else null. */
  readonly href: string | null;
  readonly path: string;
  /** SHA-256 of the stored answer, whole. */
  readonly hash: string;
  readonly hashShort: string;
}

export interface ExampleView {
  readonly title: string;
  readonly propertyId: string;
  readonly description: string;
  readonly describedBy: string;
  readonly facts: readonly FactView[];
}

export interface PhaseView {
  readonly name: string;
  readonly span: string;
  readonly duration: string;
  /** Null inside the time budget. */
  readonly over: string | null;
}

/** The summary in words, cleaned but not escaped: mail, text part and terminal show the same facts from it. */
export interface RunSummaryView {
  readonly subject: string;
  readonly mode: Mode;
  readonly modeNote: string;
  readonly market: string;
  readonly runDate: string;
  readonly runId: string;
  readonly span: string;
  readonly duration: string;
  readonly verdict: Verdict;
  readonly counts: readonly { readonly label: string; readonly value: string }[];
  readonly properties: string;
  readonly sources: readonly SourceView[];
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
  readonly model: readonly string[];
  readonly phases: readonly PhaseView[];
  readonly examples: readonly ExampleView[];
  /** How the mail went; null while it is not known. */
  readonly mail: string | null;
  /** Path of the kept report; null before it is written. */
  readonly report: string | null;
  readonly links: readonly { readonly label: string; readonly text: string; readonly href: string | null }[];
}

const MODE_NOTE: Readonly<Record<Mode, string>> = {
  demo: 'Demo: recorded county answers and the sandbox listing site, not the market of today.',
  test: 'Test: real services, own database, at most 25 records a ZIP, no paid call.',
  production: 'Production: real services.',
};
const STATE_TONE: Readonly<Record<WindowState, Tone>> = {
  complete: 'good',
  partial: 'warn',
  suspect: 'warn',
  failed: 'bad',
  missed: 'bad',
  skipped: 'quiet',
};

/** Builds the view of a summary. Pure; a repeat gives the same. */
export function viewOf(summary: RunSummary, options: ViewOptions): RunSummaryView {
  const { clean, timeZone } = options;
  const { counts, mode, properties } = summary;
  return {
    subject: clean(subjectOf(summary)).slice(0, 180),
    mode,
    modeNote: MODE_NOTE[mode],
    market: clean(summary.market),
    runDate: clean(summary.runDate),
    runId: clean(summary.runId),
    span: localSpan(summary.startedAt, summary.endedAt, timeZone),
    duration: formatDuration(millisecondsBetween(summary.startedAt, summary.endedAt)),
    verdict: verdictOf(summary),
    counts: (['seen', 'stored', 'unchanged', 'quarantined', 'excluded'] as const).map((label) => ({
      label,
      value: formatCount(counts[label]),
    })),
    properties: [
      `${plural(properties.total, 'property', 'properties')}, ${formatCount(properties.withListing)} with a listing`,
      ...(summary.quality === undefined ? [] : [qualityWords(summary.quality)]),
    ].join('; '),
    sources: summary.sources.map((source) => sourceView(source, clean)),
    missing: summary.missing.map(clean),
    warnings: (summary.warnings ?? []).map(clean),
    model: modelLines(summary.llm).map(clean),
    phases: summary.phases.map((phase) => phaseView(phase, localTime(summary.startedAt, timeZone).day, options)),
    examples: summary.examples.slice(0, 3).map((example) => exampleView(example, clean)),
    mail: mailNote(summary, clean),
    report: summary.report === null ? null : clean(summary.report),
    links: options.links.map(({ label, href }) => ({
      label: clean(label),
      text: clean(href),
      href: webAddress(clean(href)),
    })),
  };
}

function subjectOf({ mode, status, market, runDate, counts, missing }: RunSummary): string {
  const gaps = missing.length === 0 ? 'nothing missing' : `${formatCount(missing.length)} missing`;
  const figures = `${formatCount(counts.seen)} seen, ${formatCount(counts.stored)} stored, ${gaps}`;
  return `[${mode}] ${status.toUpperCase()} ${market} ${runDate}: ${figures}`;
}

/** Rows of nothing would bury the others: a ZIP that is complete and empty is named in the line of its source. */
const isEmpty = ({ status, seen, reason, total }: ZipSummary) =>
  status === 'complete' && seen === 0 && reason === null && (total ?? 0) === 0;

const GATE_WORDS = { passed: '', below: ', below the gate', 'too-few': ', too few to say' } as const;

function qualityWords({ score, completeness, withheldFacts, gate }: NonNullable<RunSummary['quality']>): string {
  const known = completeness === null ? '' : `, ${(completeness * 100).toFixed(1)} % known`;
  const withheld = withheldFacts === 0 ? '' : `, ${plural(withheldFacts, 'value', 'values')} not shown`;
  return `quality ${score === null ? '-' : score.toFixed(2)}${known}${withheld}${GATE_WORDS[gate]}`;
}

function sourceView(source: SourceSummary, clean: CleanText): SourceView {
  const shown = source.zips.filter((zip) => !isEmpty(zip));
  const empty = source.zips.filter(isEmpty).map(({ zip }) => clean(zip));
  const emptyZips =
    empty.length === 0 ? null : `${plural(empty.length, 'ZIP')} complete and empty (${empty.join(' ')})`;
  const { done, missing, leftForLater } = source.details;
  const details = [
    done > 0 ? `${plural(done, 'detail')} read` : null,
    missing > 0 ? `${plural(missing, 'detail')} not there` : null,
    leftForLater > 0 ? `${plural(leftForLater, 'detail')} left for another day` : null,
  ];
  return {
    name: source.name,
    status: source.status,
    tone: STATE_TONE[source.status],
    reason: source.reason === null ? null : clean(reasonInWords(source.reason)),
    work: [plural(source.requests, 'request'), ...details, emptyZips].filter((part) => part !== null).join(', '),
    zips: shown.map((zip) => zipView(zip, clean)),
  };
}

function zipView(zip: ZipSummary, clean: CleanText): ZipView {
  const notes = [
    zip.reason === null ? null : clean(reasonInWords(zip.reason)),
    zip.total === null || zip.total === zip.seen ? null : `the source says it holds ${formatCount(zip.total)}`,
  ].filter((note) => note !== null);
  return {
    zip: clean(zip.zip),
    status: zip.status,
    tone: STATE_TONE[zip.status],
    note: notes.length === 0 ? null : notes.join('; '),
    seen: formatCount(zip.seen),
    stored: formatCount(zip.stored),
    unchanged: formatCount(zip.unchanged),
    quarantined: formatCount(zip.quarantined),
    excluded: formatCount(zip.excluded),
  };
}

function phaseView(phase: PhaseTime, day: string, { clean, timeZone }: ViewOptions): PhaseView {
  const { name, startedAt, endedAt, overBudgetMs } = phase;
  return {
    name: clean(name),
    span: localSpan(startedAt, endedAt, timeZone, day),
    duration: formatDuration(millisecondsBetween(startedAt, endedAt)),
    over: overBudgetMs > 0 ? `${formatDuration(overBudgetMs)} over its budget` : null,
  };
}

function exampleView(
  { propertyId, address, description, describedBy, facts }: ExampleProperty,
  clean: CleanText,
): ExampleView {
  return {
    title: address === null || clean(address) === '' ? clean(propertyId) : clean(address),
    propertyId: clean(propertyId),
    description: clean(description),
    describedBy: clean(describedBy),
    facts: facts.map((fact) => factView(fact, clean)),
  };
}

function factView({ name, value, source, url, path, rawRef }: ExampleFact, clean: CleanText): FactView {
  const address = clean(url);
  const hash = clean(rawRef);
  return {
    name: clean(name),
    value: clean(value),
    source,
    url: address,
    href: webAddress(address),
    path: clean(path),
    hash,
    hashShort: hash.slice(0, 12),
  };
}

function mailNote({ mail }: RunSummary, clean: CleanText): string | null {
  if (mail.sent) return 'This summary was mailed.';
  return mail.reason === null ? null : `No mail was sent: ${clean(mail.reason)}`;
}

/** The address when a reader may be sent there. Anything but http and https stays text. */
function webAddress(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : null;
}

import type { Db } from 'mongodb';
import { BadConfig } from '../../core/errors.js';
import { reportId } from '../../core/ids.js';
import { loadBaselines, loadReportTargets, marketOf, type ReportTarget } from '../../core/product-settings.js';
import type { Mode } from '../../core/schemas/names.js';
import { REPORT_SPANS, type ReportColour, type ReportName } from '../../core/schemas/periodic.js';
import { periodBefore, periodOf } from '../../domain/periods.js';
import type { ReportNote } from '../../store/reports/reports.js';
import { reportNotes } from '../../store/reports/reports.js';
import type { CleanText } from '../clean-text.js';
import { CHARTS } from './charts.js';
import { readPeriodFacts, readTrail } from './facts.js';
import type { Figures, TableFigure } from './figure.js';
import { REPORT_KINDS } from './kinds/index.js';
import { LISTS } from './lists.js';
import { MEASURES, type MeasureName } from './measures/index.js';
import type { LineVerdict, ReportBlock, ReportLine, ReportModel, ReportSection } from './model.js';
import { NOTES } from './notes.js';
import type { BlockName, SectionPlan } from './registry.js';
import { readStanding, type StandingInput } from './standing.js';
import { TABLES } from './tables.js';
import { targetWords, wordsOfLine } from './words.js';

export interface BuildInput extends Omit<StandingInput, 'db' | 'market'> {
  readonly db: Db;
  readonly name: ReportName;
  readonly mode: Mode;
  /** Takes out what no reader may see, and what would not be one line of plain text. */
  readonly clean: CleanText;
}

/**
 * Reads all figures of a report. Nothing is written. The same database at the same instant gives the same report.
 * @throws BadConfig for a period that is none of its kind, or a market that is unknown
 */
export async function buildReport(input: BuildInput): Promise<ReportModel> {
  const { db, name, mode, nowMs, clean } = input;
  const { kind, market } = name;
  const { timeZone } = marketOf(market);
  const span = REPORT_SPANS[kind];
  const period = periodOf(span, name.period, timeZone);
  if (period === null) throw new BadConfig([`${name.period} is no ${span}; examples: 2026-11-22, 2026-W47, 2026-11`]);
  const before = periodBefore(period, timeZone);
  const figures: Figures = {
    period: await readPeriodFacts(db, market, period, nowMs),
    before: await readPeriodFacts(db, market, before, nowMs),
    trail: await readTrail(db, market, period),
    now: await readStanding({ ...input, market }),
    targets: allTargets(),
  };
  const notes = await reportNotes(db, market, new Date(nowMs));
  const plan = REPORT_KINDS[kind];
  const sectionOf = (section: SectionPlan): ReportSection => ({
    id: section.id,
    title: section.title,
    blocks: section.blocks.map((block) => blockOf(`${kind}.${section.id}`, block, figures, notes, clean)),
  });
  const headline = plan.headline.map((measure) => lineOf(`${kind}.headline`, measure, figures));
  const { colour, reasons } = judge(headline, figures);
  return {
    schemaVersion: 1,
    id: reportId(kind, market, name.period),
    ...{ kind, title: plan.title, layout: plan.layout, market, mode, timeZone, period: name.period },
    from: period.from,
    to: period.to,
    before: before.name,
    builtAt: new Date(nowMs).toISOString(),
    colour,
    verdict: clean(verdictOf(colour, reasons)),
    reasons: reasons.map(clean),
    headline,
    sections: plan.sections.map(sectionOf),
    mail: plan.mail?.map(sectionOf) ?? null,
  };
}

/** Rows of the reports' own file, and those that the baselines name. */
export function allTargets(): Readonly<Record<string, ReportTarget>> {
  const { autonomy, excellence } = loadBaselines().composite;
  const atLeast = (target: number): ReportTarget => ({ aim: 'at-least', target, critical: null });
  return { ...loadReportTargets(), autonomy: atLeast(autonomy), excellence: atLeast(excellence) };
}

function blockOf(
  prefix: string,
  block: BlockName,
  figures: Figures,
  notes: ReadonlyMap<string, ReportNote>,
  clean: CleanText,
): ReportBlock {
  if ('line' in block) return lineOf(prefix, block.line, figures);
  if ('table' in block) {
    const { label, inputs, columns: wanted, rows }: TableFigure = TABLES[block.table];
    const columns = typeof wanted === 'function' ? wanted(figures) : wanted;
    const cells = rows(figures).map((row) => row.map((cell) => (typeof cell === 'string' ? clean(cell) : cell)));
    return {
      type: 'table',
      id: `${prefix}.${block.table}`,
      label,
      formula: block.table,
      source: inputs,
      columns,
      rows: cells,
    };
  }
  if ('list' in block) {
    const { label, inputs, empty, items } = LISTS[block.list];
    const texts = items(figures).map(clean);
    return {
      type: 'list',
      id: `${prefix}.${block.list}`,
      label,
      formula: block.list,
      source: inputs,
      items: texts,
      empty,
    };
  }
  if ('chart' in block) {
    const { label, inputs, chart } = CHARTS[block.chart];
    const id = `${prefix}.${block.chart}`;
    const spec = { id: block.chart, title: label, ...chart(figures) };
    return { type: 'chart', id, label, formula: block.chart, source: inputs, chart: spec };
  }
  const note = notes.get(block.note) ?? null;
  return {
    type: 'note',
    id: `${prefix}.note-${block.note}`,
    label: NOTES[block.note],
    formula: 'note',
    source: '`report_notes`: the latest of the topic',
    text: note === null ? null : clean(note.text),
    by: note === null ? null : clean(note.by),
    at: note?.at.toISOString() ?? null,
  };
}

function lineOf(prefix: string, name: MeasureName, { period, before, now, targets }: Figures): ReportLine {
  const measure = MEASURES[name];
  const value = finite(measure.of === 'period' ? measure.value(period) : measure.value(now));
  const target = measure.target === undefined ? null : (targets[measure.target] ?? null);
  return {
    type: 'line',
    id: `${prefix}.${name}`,
    label: measure.label,
    formula: name,
    source: measure.inputs,
    value,
    unit: measure.unit,
    target: target === null ? null : targetWords(target, measure.unit),
    verdict: target === null || value === null ? 'none' : verdictAt(value, target),
    before: measure.of === 'period' ? finite(measure.value(before)) : null,
  };
}

/** A division by a time of nothing gives no figure. */
function finite(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : value;
}

/** Good at the target, bad beyond what is critical, in between worth a look. */
export function verdictAt(value: number, { aim, target, critical }: ReportTarget): LineVerdict {
  const misses = (level: number) => (aim === 'at-least' ? value < level : value > level);
  if (critical !== null && misses(critical)) return 'bad';
  return misses(target) ? 'warn' : 'good';
}

const SEVERE: ReadonlySet<string> = new Set(['P0', 'P1']);

/**
 * The colour by rule. RED: a figure at the top is beyond what is critical, an alert or incident of P0 or P1 is open, or no run began in the
 * period. YELLOW: a figure at the top misses its target, another alert of tier warning or critical is open, or no run has ended.
 */
function judge(
  headline: readonly ReportLine[],
  { period, now }: Figures,
): { readonly colour: ReportColour; readonly reasons: readonly string[] } {
  const told = (line: ReportLine) => `${line.label} ${wordsOfLine(line)}, target ${line.target}`;
  const alerts = now.alerts.filter(({ tier }) => tier !== 'info');
  const severe = alerts
    .filter(({ severity }) => SEVERE.has(severity))
    .map(({ severity, text }) => `${severity} open: ${text}`);
  const incidents = now.incidents
    .filter(({ severity }) => SEVERE.has(severity))
    .map(({ severity, title }) => `${severity} incident not resolved: ${title}`);
  const noRun = period.runs.length === 0 ? ['no run began'] : [];
  const red = [...noRun, ...incidents, ...severe, ...headline.filter(({ verdict }) => verdict === 'bad').map(told)];
  const other = alerts.filter(({ severity }) => !SEVERE.has(severity));
  const open =
    period.runs.length > 0 && period.runs.every(({ status }) => status === 'running') ? ['no run has ended'] : [];
  const yellow = [
    ...open,
    ...headline.filter(({ verdict }) => verdict === 'warn').map(told),
    ...(other.length === 0
      ? []
      : [`${other.length} ${other.length === 1 ? 'alert' : 'alerts'} open: ${other[0]?.text ?? ''}`]),
  ];
  const colour = red.length > 0 ? 'RED' : yellow.length > 0 ? 'YELLOW' : 'GREEN';
  return { colour, reasons: [...red, ...yellow] };
}

function verdictOf(colour: ReportColour, [first, ...more]: readonly string[]): string {
  if (first === undefined) return `${colour}: every figure at the top reaches its target and no alert is open.`;
  return `${colour}: ${first}${more.length === 0 ? '' : ` (and ${more.length} more)`}.`;
}

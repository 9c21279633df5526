import type { Db } from 'mongodb';
import { loadPrices } from '../../core/product-settings.js';
import { percentOf } from '../../domain/budget.js';
import { type DataValue, valueOfData } from '../../domain/cost-value.js';
import { currentBudget } from '../../store/budget-settings.js';
import { accountingDay, type CostEntryDocument, entriesBetween, entriesOf } from '../../store/cost-entries.js';
import { type BreakdownBy, breakDown, type CostPart } from './breakdown.js';
import { type PropertyCosts, propertiesByZip, spreadCosts } from './property-costs.js';
import { type Recommendation, recommend } from './recommend.js';
import { type CostState, costsOf, readCostState } from './state.js';

/** Everything that is said about the money of a month. */
export interface CostReport {
  readonly month: string;
  readonly costUsdMicros: number;
  readonly capUsdMicros: number;
  /** Spent, of the cap of now, in percent. */
  readonly percent: number;
  readonly parts: Readonly<Record<'line' | 'item' | 'source' | 'zip' | 'day', readonly CostPart[]>>;
  readonly weeks: { readonly lastUsdMicros: number; readonly beforeUsdMicros: number };
  readonly property: PropertyCosts;
  readonly corrections: readonly CostEntryDocument[];
  readonly value: DataValue & { readonly lowUsd: number; readonly highUsd: number };
  /** Price of the hosted model that the local one stands in for, 30 days. */
  readonly hostedModelUsdMicros: number;
  /** Of this month alone; null for an earlier one. */
  readonly state: CostState | null;
  readonly recommendations: readonly Recommendation[];
}

const DAY_MS = 86_400_000;

/** Reads it all from the ledger. Properties are those of the read model now. @param month `YYYY-MM`, UTC */
export async function readCostReport(db: Db, month: string, now: number): Promise<CostReport> {
  const entries = await entriesOf(db, month);
  const { capUsdMicros, assumptions } = await currentBudget(db);
  const part = (by: BreakdownBy) => breakDown(entries, by);
  const property = spreadCosts(entries, await propertiesByZip(db));
  const costUsdMicros = costsOf(entries);
  const assumed = { lowUsd: assumptions['property-value-low-usd'], highUsd: assumptions['property-value-high-usd'] };
  const isNow = month === accountingDay(now).slice(0, 7);
  const daysBack = (from: number, to: number) =>
    entriesBetween(db, accountingDay(now - from * DAY_MS), accountingDay(now - to * DAY_MS));
  return {
    month,
    costUsdMicros,
    capUsdMicros,
    percent: percentOf(costUsdMicros, capUsdMicros),
    parts: { line: part('line'), item: part('item'), source: part('source'), zip: part('zip'), day: part('day') },
    weeks: { lastUsdMicros: costsOf(await daysBack(7, 1)), beforeUsdMicros: costsOf(await daysBack(14, 8)) },
    property,
    corrections: entries.filter(({ item }) => item === 'reconciliation'),
    value: { ...valueOfData(property.properties, costUsdMicros, assumed), ...assumed },
    hostedModelUsdMicros: loadPrices()['hosted-model'].at(-1)?.usdMicros ?? 0,
    state: isNow ? await readCostState(db, now) : null,
    recommendations: isNow ? (await recommend(db, now)).recommendations : [],
  };
}

/** The report as Markdown. What matters first. */
export function renderCostReport(report: CostReport, mode: string): string {
  const { month, costUsdMicros, capUsdMicros, percent, state } = report;
  const level = state?.level?.level ?? (percent > 100 ? 'ABOVE THE CAP' : 'OK');
  return [
    `# Costs of ${month} (mode ${mode})`,
    `**${level}**: ${usd(costUsdMicros)} of ${usd(capUsdMicros)} USD, ${percent.toFixed(1)} %.${state === null ? '' : ` ${outlook(state)}`}`,
    ...(state?.controls ?? []).map(({ subject, reference }) => `Suspended: ${subject}, since ${reference}.`),
    section('By line', report.parts.line, costUsdMicros),
    section('By source', report.parts.source, costUsdMicros),
    section('By ZIP', report.parts.zip, costUsdMicros),
    section('By day', report.parts.day, costUsdMicros),
    `Last seven whole days ${usd(report.weeks.lastUsdMicros)} USD, the seven before ${usd(report.weeks.beforeUsdMicros)} USD.`,
    propertySection(report.property),
    correctionSection(report.corrections),
    adviceSection(report.recommendations),
    valueSection(report),
  ].join('\n\n');
}

const usd = (micros: number) => (micros / 1_000_000).toFixed(4);

function outlook({ forecast, capUsdMicros }: CostState): string {
  const { expectedUsdMicros, lowUsdMicros, highUsdMicros } = forecast;
  const off = expectedUsdMicros - capUsdMicros;
  return `At the end of the month ${usd(expectedUsdMicros)} USD are expected (${usd(lowUsdMicros)} to ${usd(highUsdMicros)}), ${usd(Math.abs(off))} ${off > 0 ? 'ABOVE' : 'below'} the cap.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function section(title: string, parts: readonly CostPart[], whole: number): string {
  if (parts.length === 0) return `## ${title}\n\nNothing was spent.`;
  const rows = parts.map(({ name, costUsdMicros, estimatedUsdMicros, entries }) => [
    name,
    usd(costUsdMicros),
    whole === 0 ? '-' : `${((costUsdMicros / whole) * 100).toFixed(1)} %`,
    String(entries),
    usd(estimatedUsdMicros),
  ]);
  return `## ${title}\n\n${table(['Name', 'USD', 'Share', 'Entries', 'Estimated USD'], rows)}`;
}

function propertySection({ zips, perPropertyUsdMicros, properties }: PropertyCosts): string {
  if (perPropertyUsdMicros === null) return '## By property\n\nThere is no property.';
  const rows = zips.map((zip) => [
    zip.zip,
    String(zip.properties),
    usd(zip.directUsdMicros),
    usd(zip.sharedUsdMicros),
    (zip.perPropertyUsdMicros / 1_000_000).toFixed(6),
  ]);
  const head = ['ZIP', 'Properties', 'Own USD', 'Part of what serves all, USD', 'USD a property'];
  return `## By property\n\n${(perPropertyUsdMicros / 1_000_000).toFixed(6)} USD for each of ${properties} properties.\n\n${table(head, rows)}`;
}

function correctionSection(corrections: readonly CostEntryDocument[]): string {
  if (corrections.length === 0) return '## Corrections by accounts at providers\n\nNone.';
  const rows = corrections.map(({ day, line, costUsdMicros, evidence = {} }) => [
    day,
    line,
    usd(costUsdMicros),
    Object.entries(evidence)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  ]);
  return `## Corrections by accounts at providers\n\n${table(['Day', 'Line', 'USD', 'Evidence'], rows)}`;
}

function adviceSection(recommendations: readonly Recommendation[]): string {
  if (recommendations.length === 0) return '## Recommendations\n\nNone.';
  const rows = recommendations.map(({ id, what, why, savesUsdMicros }) => [id, what, why, usd(savesUsdMicros)]);
  return `## Recommendations\n\n${table(['Name', 'What', 'Why', 'Saves in 30 days, USD'], rows)}`;
}

function valueSection({ value, hostedModelUsdMicros }: CostReport): string {
  const gain = (share: number | null) =>
    share === null ? 'no cost to hold it against' : `${(share * 100).toFixed(0)} %`;
  return [
    '## Value and return',
    `Assumed, not measured: a property that is kept is worth ${value.lowUsd} to ${value.highUsd} USD a month. For ${value.properties} properties that is ${usd(value.lowUsdMicros)} to ${usd(value.highUsdMicros)} USD; the return on ${usd(value.costUsdMicros)} USD spent is ${gain(value.lowReturn)} to ${gain(value.highReturn)}.`,
    `The model runs on this machine. A hosted one is in the price list with ${usd(hostedModelUsdMicros)} USD for 30 days.`,
  ].join('\n\n');
}

import type { Indicator } from '../../../core/schemas/market-data.js';
import { fileDrift } from '../errors.js';
import { acsTable } from '../schema.js';
import { figureOf } from './delimited.js';
import { type FileReader, type Gathering, startGathering } from './file-reader.js';

/** Figures below this stand for "withheld", "too few cases" and the like (ACS technical notes; `-666666666` in the contract). */
const WITHHELD_BELOW = -100_000_000;
const SERIES = [
  ['B25077_001E', 'census.B25077', 'USD'],
  ['B25064_001E', 'census.B25064', 'USD a month'],
] as const;
const AREA = 'zip code tabulation area';
/** The five-year survey is about 60 months. */
const MONTHS = 60;

/**
 * Median home value (B25077) and gross rent (B25064) by ZIP code: a list of lists, the first row names the columns.
 * @param year last year of the survey
 */
export function censusReader(year: number): FileReader {
  return async (lines, { zips }) => {
    const [names = [], ...rows] = await tableOf(lines);
    const areaAt = columnAt(names, AREA);
    const columns = SERIES.map(([column, series, unit]) => ({ at: columnAt(names, column), column, series, unit }));
    const gathering = startGathering();
    rows.forEach((row, index) => {
      const area = row[areaAt] ?? '';
      if (!zips.has(area)) return;
      for (const { at, column, series, unit } of columns) {
        const place = `row ${index + 1}, ${column}`;
        take(gathering, { series, area, period: `${year}-12`, months: MONTHS, unit, place }, row[at] ?? null);
      }
    });
    return gathering;
  };
}

function take(gathering: Gathering, base: Omit<Indicator, 'value' | 'reason'>, cell: string | null): void {
  const figure = figureOf(cell ?? undefined);
  const withheld = cell === null || (figure !== null && figure < WITHHELD_BELOW);
  if (!withheld) gathering.figure(base, figure, 0);
  else gathering.indicators.push({ ...base, value: null, reason: `withheld by the census (${cell ?? 'empty'})` });
}

function columnAt(names: readonly (string | null)[], name: string): number {
  const at = names.indexOf(name);
  if (at < 0) throw fileDrift('census-acs', `$[0].${name}`, 'is missing');
  return at;
}

async function tableOf(lines: AsyncIterable<string>): Promise<readonly (readonly (string | null)[])[]> {
  const kept: string[] = [];
  for await (const line of lines) kept.push(line);
  const table = acsTable.safeParse(jsonOf(kept.join('\n')));
  if (table.success) return table.data;
  throw fileDrift('census-acs', '$', 'is no table');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { cellsOf, columnsOf, figureOf } from './delimited.js';
import { type FileReader, type Gathering, MONTH, startGathering } from './file-reader.js';
import { headerOf, need } from './header.js';

const SERIES = [
  ['median_sale_price', 'USD'],
  ['median_list_price', 'USD'],
  ['homes_sold', 'homes'],
  ['new_listings', 'homes'],
  ['inventory', 'homes'],
  ['median_dom', 'days'],
  ['avg_sale_to_list', 'ratio'],
] as const;
const ALL_HOMES = 'All Residential';
/** A window of 90 days is called three months. */
const DAYS_OF_MONTH = 30;

type Columns = (name: string) => number;

/** A row a ZIP code, kind of home and window of 90 days; `REGION` is `Zip Code: 85031`. Some million rows, of which ours are kept. */
export const redfinReader: FileReader = async (lines, { zips }) => {
  const { header, rows } = await headerOf('redfin-zip', lines);
  const columns = columnsOf(header, '\t');
  const at: Columns = (name) => need('redfin-zip', columns, name);
  for (const name of ['region', 'property_type', 'period_end', 'period_duration', ...SERIES.map(([name]) => name)])
    at(name);
  const gathering = startGathering();
  for await (const line of rows) {
    // Cheap first: a million rows are of other ZIP codes.
    const zip = /Zip Code: (\d{5})/.exec(line.slice(0, 400))?.[1];
    if (zip !== undefined && zips.has(zip)) readRow(gathering, zip, cellsOf(line, '\t'), at);
  }
  return gathering;
};

function readRow(gathering: Gathering, area: string, cells: readonly string[], at: Columns): void {
  if (cells[at('region')] !== `Zip Code: ${area}` || cells[at('property_type')] !== ALL_HOMES) return;
  const end = cells[at('period_end')] ?? '';
  const period = end.slice(0, 7);
  const months = Math.round((figureOf(cells[at('period_duration')]) ?? 0) / DAYS_OF_MONTH);
  const row = `REGION Zip Code: ${area}, PERIOD_END ${end}`;
  if (!MONTH.test(period) || months < 1) {
    gathering.rejects.push({ place: row, reason: 'has no period' });
    return;
  }
  for (const [name, unit] of SERIES) {
    const cell = cells[at(name)]?.trim() ?? '';
    if (cell === '' || cell === 'NA') continue;
    const place = `${row}, ${name.toUpperCase()}`;
    gathering.figure({ series: `redfin.${name}`, area, period, months, unit, place }, figureOf(cell), 0);
  }
}

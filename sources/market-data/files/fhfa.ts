import { cellsOf, columnsOf, figureOf } from './delimited.js';
import { type FileReader, type Gathering, startGathering } from './file-reader.js';
import { headerOf, need } from './header.js';

const FILE = 'fhfa-hpi';
const COLUMNS = [
  'hpi_type',
  'hpi_flavor',
  'frequency',
  'level',
  'place_id',
  'yr',
  'period',
  'index_nsa',
  'index_sa',
] as const;
type Column = (typeof COLUMNS)[number];
/** Flavours that are kept: of sales alone, seasonally adjusted, and of all transactions as they are. */
const KEPT: ReadonlyMap<string, readonly [series: string, column: Column]> = new Map([
  ['purchase-only', ['fhfa.purchase_only', 'index_sa']],
  ['all-transactions', ['fhfa.all_transactions', 'index_nsa']],
]);

/** House price index of metropolitan areas by quarter. */
export const fhfaReader: FileReader = async (lines, { metros }) => {
  const { header, rows } = await headerOf(FILE, lines);
  const columns = columnsOf(header, ',');
  const places = new Map(COLUMNS.map((name) => [name, need(FILE, columns, name)]));
  const gathering = startGathering();
  for await (const line of rows) {
    const cells = cellsOf(line, ',');
    const cell = (name: Column) => cells[places.get(name) ?? -1]?.trim() ?? '';
    if (metros.has(cell('place_id')) && cell('level') === 'MSA') readRow(gathering, cell);
  }
  return gathering;
};

function readRow(gathering: Gathering, cell: (name: Column) => string): void {
  const kept = KEPT.get(cell('hpi_flavor'));
  if (!kept || cell('hpi_type') !== 'traditional' || cell('frequency') !== 'quarterly') return;
  const [series, column] = kept;
  const metro = cell('place_id');
  const quarter = Number(cell('period'));
  const place = `place_id ${metro}, ${cell('hpi_flavor')}, ${cell('yr')} period ${cell('period')}, ${column}`;
  if (!/^\d{4}$/.test(cell('yr')) || ![1, 2, 3, 4].includes(quarter)) {
    gathering.rejects.push({ place, reason: 'has no quarter' });
    return;
  }
  const period = `${cell('yr')}-${String(quarter * 3).padStart(2, '0')}`;
  const base = { series, area: `metro:${metro}`, period, months: 3, unit: 'index', place } as const;
  gathering.figure(base, figureOf(cell(column)), 1);
}

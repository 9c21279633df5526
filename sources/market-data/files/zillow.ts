import { cellsOf, columnsOf, figureOf } from './delimited.js';
import { type FileReader, MONTH, startGathering } from './file-reader.js';
import { headerOf, need } from './header.js';

/** A wide file: a row a ZIP code, a column a month's last day. Empty cells are months without a figure, and are left out. */
export function zillowReader(
  file: 'zillow-values' | 'zillow-rents',
  series: string,
  unit: 'USD' | 'USD a month',
): FileReader {
  return async (lines, { zips }) => {
    const { header, rows } = await headerOf(file, lines);
    const columns = columnsOf(header, ',');
    const [nameAt, typeAt] = [need(file, columns, 'regionname'), need(file, columns, 'regiontype')];
    const months = [...columns].filter(([name]) => /^\d{4}-\d{2}-\d{2}$/.test(name) && MONTH.test(name.slice(0, 7)));
    if (months.length === 0) need(file, columns, 'a column of a month (2026-10-31)');
    const gathering = startGathering();
    for await (const line of rows) {
      const cells = cellsOf(line, ',');
      const area = (cells[nameAt] ?? '').padStart(5, '0');
      if (cells[typeAt] !== 'zip' || !zips.has(area)) continue;
      for (const [name, at] of months.filter(([, column]) => (cells[column]?.trim() ?? '') !== '')) {
        const place = `RegionName ${area}, ${name}`;
        gathering.figure({ series, area, period: name.slice(0, 7), months: 1, unit, place }, figureOf(cells[at]), 1);
      }
    }
    return gathering;
  };
}

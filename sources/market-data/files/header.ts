import type { MarketFileName } from '../../../core/schemas/market-data.js';
import { fileDrift, upkeepPage } from '../errors.js';

/** First line of a table, and the rest. @throws SourceUnavailable for a page during upkeep, SchemaDrift for an empty file */
export async function headerOf(
  file: MarketFileName,
  lines: AsyncIterable<string>,
): Promise<{ readonly header: string; readonly rows: AsyncIterable<string> }> {
  const iterator = lines[Symbol.asyncIterator]();
  const { value: header = '', done } = await iterator.next();
  if (done) throw fileDrift(file, '$', 'is empty');
  if (/^\uFEFF?\s*</.test(header)) throw upkeepPage(file);
  return { header, rows: { [Symbol.asyncIterator]: () => iterator } };
}

/** Place of a column. @throws SchemaDrift when it is gone */
export function need(file: MarketFileName, columns: ReadonlyMap<string, number>, name: string): number {
  const at = columns.get(name);
  if (at === undefined) throw fileDrift(file, name, 'is missing');
  return at;
}

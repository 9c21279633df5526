import { SchemaDrift } from './errors.js';
import type { ParseResult, Reject } from './schemas/facts.js';
import type { SourceName } from './schemas/names.js';

/** A page of fewer faulty rows than this is bad data, not a changed contract. */
const LEAST_ROWS = 3;

/**
 * Tells whether a page (or a batch of details, one result each) shows a changed contract: a mandatory field missing or
 * retyped in at least 3 rows and half of all. Pure. Store the good rows first, then raise what this gives.
 * @param results what `Source.parse` gave for the payloads of one page or batch
 * @returns the error naming the worst field, null when there is no drift
 */
export function driftOf(source: SourceName, results: readonly ParseResult[]): SchemaDrift | null {
  const rowsWithout = new Map<string, Set<string>>();
  results.forEach(({ rejects }, at) => {
    for (const { mandatory } of rejects) {
      if (!mandatory) continue;
      const rows = rowsWithout.get(mandatory.field) ?? new Set();
      rowsWithout.set(mandatory.field, rows.add(`${at}:${mandatory.row}`));
    }
  });
  const [worst] = [...rowsWithout].sort(([, a], [, b]) => b.size - a.size);
  if (!worst) return null;
  const [field, { size }] = worst;
  const all = results.reduce((sum, result) => sum + rowsOf(result), 0);
  if (size < LEAST_ROWS || size * 2 < all) return null;
  return new SchemaDrift(source, field, `missing, of another type or of another thing in ${size} of ${all} rows`);
}

/** Rows of a payload: records, and rejects of rows that gave none. */
function rowsOf({ records, rejects }: ParseResult): number {
  const keys = new Set(records.map(({ key }) => key));
  const rowOf = ({ mandatory, path }: Reject) => mandatory?.row ?? path;
  const lost = rejects.filter(({ key, mandatory }) => mandatory || key === null || !keys.has(key));
  return records.length + new Set(lost.map(rowOf)).size;
}

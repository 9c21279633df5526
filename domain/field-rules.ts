import type { FactInput, Reject } from '../core/schemas/facts.js';
import { fieldOf, type Reader, type Reading } from './readings.js';

/** One row of the mapping: a field of a source's block and the facts it gives. */
export interface FieldRule {
  readonly from: string;
  readonly read: Reader;
}

/** What reading a block gave, before it belongs to a record. Paths are whole. */
export interface BlockReading {
  readonly facts: readonly FactInput[];
  readonly faults: readonly Pick<Reject, 'path' | 'reason'>[];
}

/**
 * Reads the fields of one object by its rules. A field that cannot be read is a fault; the others keep their facts.
 * @param prefix path of the object with its dot, `''` for the body itself
 */
export function readBlock(block: unknown, prefix: string, rules: readonly FieldRule[], year: number): BlockReading {
  const readings = rules.map(({ from, read }): readonly [path: string, reading: Reading] => [
    `${prefix}${from}`,
    read(fieldOf(block, from), year),
  ]);
  return {
    facts: readings.flatMap(([path, reading]) =>
      'fault' in reading ? [] : reading.values.map(([name, value]) => ({ name, value, path })),
    ),
    faults: readings.flatMap(([path, reading]) => ('fault' in reading ? [{ path, reason: reading.fault }] : [])),
  };
}

import type { FactInput } from '../../core/schemas/facts.js';
import type { BlockReading } from '../../domain/field-rules.js';

export const EMPTY: BlockReading = { facts: [], faults: [] };

/** Joins what several blocks said. The first fact of a name stays: blocks are given in order of trust. */
export function joined(readings: readonly BlockReading[]): BlockReading {
  const facts = new Map<string, FactInput>();
  for (const fact of readings.flatMap((reading) => reading.facts)) {
    if (!facts.has(fact.name)) facts.set(fact.name, fact);
  }
  return { facts: [...facts.values()], faults: readings.flatMap((reading) => reading.faults) };
}

/** Path of facts that hold for the whole answer: the parcel asked for, and what is true of all the county's parcels. */
export const WHOLE = '$';

/** Parts of a compact parcel number, as facts. */
export function parcelNumberFacts(parcelNumber: string, path: string): readonly FactInput[] {
  const letter = parcelNumber.slice(8);
  return [
    { name: 'ParcelNumber', value: parcelNumber, path },
    { name: 'TaxBookNumber', value: parcelNumber.slice(0, 3), path },
    { name: 'TaxMapNumber', value: parcelNumber.slice(3, 5), path },
    ...(letter === '' ? [] : [{ name: 'TaxParcelLetter', value: letter, path }]),
  ];
}

/** What is true of every parcel of this county. */
export const COUNTY_FACTS: readonly FactInput[] = [
  { name: 'StateOrProvince', value: 'AZ', path: WHOLE },
  { name: 'CountyOrParish', value: 'Maricopa', path: WHOLE },
];

/** ZIP code among facts, null when none is there. */
export function zipOf(facts: readonly FactInput[]): string | null {
  const zip = facts.find(({ name }) => name === 'PostalCode')?.value;
  return typeof zip === 'string' ? zip : null;
}

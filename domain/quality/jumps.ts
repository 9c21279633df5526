import type { Fact } from '../../core/schemas/facts.js';
import type { StoredRecord } from '../../core/schemas/property.js';
import type { Finding } from './finding.js';

/** How far a fact may move from one answer of a source to the next. What moves by its nature (status, sale) is not among them. */
const MOVES: Readonly<
  Record<string, { readonly relative?: number; readonly absolute?: number; readonly why: string }>
> = {
  LivingArea: { relative: 0.25, why: 'a house rarely grows or shrinks by a quarter' },
  LotSizeSquareFeet: { relative: 0.25, why: 'a lot rarely grows or shrinks by a quarter' },
  YearBuilt: { absolute: 2, why: 'a house is not built in another year' },
  BedroomsTotal: { absolute: 1, why: 'a house rarely has two bedrooms more or less' },
  BathroomsTotalInteger: { absolute: 1, why: 'a house rarely has two bathrooms more or less' },
  ListPrice: { relative: 0.4, why: 'a price asked rarely moves by two fifths at once' },
  TaxAssessedValue: { relative: 0.5, why: 'an assessed value rarely moves by half' },
  Latitude: { absolute: 0.01, why: 'a house does not move' },
  Longitude: { absolute: 0.01, why: 'a house does not move' },
};

/**
 * Facts of a record that moved abruptly between two of its states. Soft: a house may be rebuilt. Facts are held against the same kind of
 * answer alone, so that the first document of a parcel is nothing abrupt. Pure.
 */
export function jumpFindings(now: StoredRecord, before: Pick<StoredRecord, 'facts'>): readonly Finding[] {
  return now.facts.flatMap((fact): readonly Finding[] => {
    const was = before.facts.find(({ name, kind }) => name === fact.name && kind === fact.kind);
    const why = was === undefined ? null : abrupt(fact, was);
    if (was === undefined || why === null) return [];
    const explanation = `${fact.name} was ${was.value} on ${was.fetchedAt.slice(0, 10)} and is ${fact.value} by ${fact.source}; ${why}`;
    const correction = { name: fact.name, from: fact.value, to: was.value, why: 'the earlier answer was right' };
    return [
      {
        code: 'changed-abruptly',
        severity: 'soft',
        names: [fact.name],
        sources: [fact.source],
        explanation,
        correction,
      },
    ];
  });
}

function abrupt({ name, value }: Fact, { value: was }: Fact): string | null {
  const move = MOVES[name];
  if (move === undefined || typeof value !== 'number' || typeof was !== 'number') return null;
  const most = Math.max((move.relative ?? 0) * Math.max(Math.abs(value), Math.abs(was)), move.absolute ?? 0);
  return Math.abs(value - was) > most ? move.why : null;
}

import type { Db } from 'mongodb';
import type { CostEntryDocument } from '../../store/cost/entries.js';
import { costsOf } from './state.js';

/** What the properties of one ZIP cost in a period. */
export interface ZipCosts {
  /** `(none)` for properties without one. */
  readonly zip: string;
  /** Properties in the read model. */
  readonly properties: number;
  /** Booked for this ZIP. */
  readonly directUsdMicros: number;
  /** Its part of what serves all: by the number of properties. */
  readonly sharedUsdMicros: number;
  /** Of one property, micro-dollars, not rounded. */
  readonly perPropertyUsdMicros: number;
}

export interface PropertyCosts {
  readonly properties: number;
  readonly costUsdMicros: number;
  /** Null without properties. */
  readonly perPropertyUsdMicros: number | null;
  readonly zips: readonly ZipCosts[];
  /** Booked for ZIPs that have no property. */
  readonly elsewhereUsdMicros: number;
}

/** Properties of the read model by ZIP. */
export async function propertiesByZip(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .collection('processed_properties')
    .aggregate<{ _id: string | null; count: number }>([
      { $group: { _id: '$normalized.address.zip', count: { $sum: 1 } } },
    ])
    .toArray();
  return new Map(rows.map(({ _id, count }) => [_id ?? '(none)', count]));
}

/**
 * Spreads costs over properties: what was booked for a ZIP over those of the ZIP, everything else over all. The parts add up to
 * the whole.
 */
export function spreadCosts(entries: readonly CostEntryDocument[], counts: ReadonlyMap<string, number>): PropertyCosts {
  const properties = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const costUsdMicros = costsOf(entries);
  const shared = costsOf(entries.filter(({ zip }) => zip === null));
  const zips = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([zip, count]) => {
      const directUsdMicros = costsOf(entries.filter((entry) => entry.zip === zip));
      const sharedUsdMicros = (shared * count) / properties;
      const perPropertyUsdMicros = (directUsdMicros + sharedUsdMicros) / count;
      return { zip, properties: count, directUsdMicros, sharedUsdMicros, perPropertyUsdMicros };
    });
  const direct = zips.reduce((sum, { directUsdMicros }) => sum + directUsdMicros, 0);
  return {
    properties,
    costUsdMicros,
    perPropertyUsdMicros: properties === 0 ? null : costUsdMicros / properties,
    zips,
    elsewhereUsdMicros: costUsdMicros - direct - (properties === 0 ? 0 : shared),
  };
}

/** ZIP of a property in the read model, as `propertiesByZip` names it; null when there is no such property. */
export async function zipOfProperty(db: Db, propertyId: string): Promise<string | null> {
  const found = await db
    .collection<{ _id: string; normalized: { address?: { zip?: string | null } } }>('processed_properties')
    .findOne({ _id: propertyId }, { projection: { 'normalized.address.zip': 1 } });
  return found === null ? null : (found.normalized.address?.zip ?? '(none)');
}

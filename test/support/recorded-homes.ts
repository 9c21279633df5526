import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../core/paths.js';
import type { FactValue } from '../../core/schemas/facts.js';
import type { StoredRecord } from '../../core/schemas/property.js';
import { normaliseDay } from '../../domain/normalise.js';
import { factFrom } from './properties.js';
import type { GoodProperty } from './quality-world.js';

/** Homes of the county as they were recorded in September 2021, each a record of its own. They name no parcel. */
export function recordedHomes(): readonly GoodProperty[] {
  const file = join(projectRoot(), 'sandbox', 'recordings', 'maricopa', 'residential_2021.csv');
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line, at) => {
    const cells = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
    const row = new Map(names.map((name, place) => [name, `${cells[place] ?? ''}`.replace(/,$/, '')]));
    return homeOf(row, `${10_000_000 + at}`);
  });
}

function homeOf(row: ReadonlyMap<string, string>, key: string): GoodProperty {
  const number = (name: string) => Number(row.get(name) || Number.NaN);
  const values: Readonly<Record<string, FactValue | null>> = {
    ParcelNumber: key,
    PropertyType: 'Residential',
    LivingArea: number('build_size_sf'),
    LotSizeSquareFeet: number('lot_size_sf'),
    YearBuilt: number('build_yr'),
    xBathFixtures: number('bath_fixtures_ct'),
    ClosePrice: number('price_usd'),
    CloseDate: normaliseDay(row.get('sale_date') ?? ''),
    Latitude: number('lat'),
    Longitude: number('long'),
  };
  const facts = Object.entries(values).flatMap(([name, value]) =>
    value === null || Number.isNaN(value) || value === 0
      ? []
      : [factFrom('maricopa-assessor', name, value, { fetchedAt: '2021-09-30T10:00:00Z' })],
  );
  const propertyId = `us-az-maricopa:${key}`;
  const record: StoredRecord = {
    ...{ recordId: `maricopa-assessor:${key}`, source: 'maricopa-assessor', key, propertyId, zip: null },
    facts,
  };
  return { propertyId, zip: '', records: [record] };
}

import { join } from 'node:path';
import { parcelPropertyId, recordId } from '../../core/ids.js';
import { projectRoot } from '../../core/paths.js';
import type { RawPayload } from '../../core/raw-payload.js';
import type { Fact } from '../../core/schemas/facts.js';
import type { StoredRecord } from '../../core/schemas/property.js';
import type { Source } from '../../core/source.js';
import { gisRecords } from '../../sandbox/gis.js';
import { resoRecord } from '../../sandbox/reso-record.js';
import { createWorld } from '../../sandbox/world.js';
import { countySource, payload } from './county-source.js';
import { gisPage, gisPayload, gisSource } from './gis-source.js';
import { resoPayload, resoSource } from './reso-source.js';

/** The records of one property, as the sources read them out of the answers of the sandbox. */
export interface GoodProperty {
  readonly propertyId: string;
  readonly zip: string;
  readonly records: readonly StoredRecord[];
}

const COUNTY = 'us-az-maricopa';

/** What a source reads out of some answers about one parcel, as one stored record. */
export function recordOf(source: Source, propertyId: string, payloads: readonly RawPayload[]): StoredRecord {
  const read = payloads.flatMap((one) => source.parse({ ...one, body: source.redact(one.body) }).records);
  const [first] = read;
  if (first === undefined) throw new Error(`no record of ${source.name} about ${propertyId}`);
  const { key } = first;
  const evidence = { rawRef: `raw-${source.name}`, fetchId: `fetch-${source.name}` };
  const fetchedAt = payloads[0]?.fetchedAt ?? '';
  const facts = read
    .filter((record) => record.key === key)
    .flatMap(({ kind, facts: own }) =>
      own.map((fact): Fact => ({ ...fact, ...evidence, source: source.name, kind, fetchedAt })),
    );
  const zip = read.find((record) => record.zip !== null)?.zip ?? null;
  return { recordId: recordId(source.name, key), source: source.name, key, propertyId, zip, facts };
}

/** Every parcel of a world of the sandbox with its records: county row and document, map layer, listing where there is one. */
export function goodProperties(seed: string, parcelsPerZip = 60, listings = 110): readonly GoodProperty[] {
  const recordings = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');
  const world = createWorld({ recordings, parcelsPerZip, seed, listings });
  const [county, gis, reso] = [countySource(), gisSource(), resoSource()];
  const layer = gisRecords(world);
  return world.zips.flatMap((zip) =>
    world.parcelsOf(zip).map((parcel): GoodProperty => {
      const { apn } = parcel.facts;
      const propertyId = parcelPropertyId(COUNTY, apn);
      const row = layer.get(apn)?.row;
      const listed = world.listings.filter(({ parcelNumber }) => parcelNumber === apn);
      const records = [
        recordOf(county, propertyId, [
          payload('search-page', null, { TOTAL: 1, Results: [parcel.row] }),
          payload('parcel', apn, parcel.document()),
        ]),
        ...(row ? [recordOf(gis, propertyId, [gisPayload(gisPage([row]))])] : []),
        ...listed.map((listing) =>
          recordOf(reso, propertyId, [resoPayload({ value: [resoRecord(listing, world.seed).row] })]),
        ),
      ];
      return { propertyId, zip, records };
    }),
  );
}

/** Kinds of answer whose facts win first, per source. */
export const KIND_ORDER = { 'maricopa-assessor': countySource().kindOrder };

import type { Db } from 'mongodb';
import { LISTING_SOURCES, type SourceName } from '../core/schemas/names.js';
import type { Collecting, RunName } from '../core/schemas/sequence.js';
import type { SourceTraits } from '../core/source.js';
import type { QueueDocument, RawPropertyDocument, WindowPageDocument } from './documents.js';
import { detailStep } from './windows/pages.js';
import { pageId } from './windows/windows.js';

/** A collection that goes on, as the model has to respect it. */
export interface Unsettled extends Collecting {
  readonly run: RunName;
  readonly zips: readonly string[];
  /** What a source says of its details. */
  readonly traitsOf: (source: SourceName) => Pick<SourceTraits, 'detailKind' | 'detailFreshMs'>;
}

type SeenRecord = Pick<
  RawPropertyDocument,
  '_id' | 'source' | 'key' | 'zip' | 'kinds' | 'propertyId' | 'versionRunKey'
>;

/**
 * Those of some properties that this collection will not change any more, in their order: words written earlier would be written
 * again. A property that the run has touched waits until every source has walked and the listing sites have ended, for a listing may
 * turn out to be about it. Every property waits for the details that are to come of its records: until they are in, or its
 * source has ended. One that the run has not touched, left from an earlier day, waits for nothing else.
 */
export async function ripeAmong(
  db: Db,
  rows: readonly Pick<QueueDocument, '_id' | 'zip'>[],
  unsettled: Unsettled,
): Promise<ReadonlySet<string>> {
  const { zips, run } = unsettled;
  const concerned = rows.filter(({ zip }) => zip === null || zips.includes(zip)).map(({ _id }) => _id);
  const records: readonly SeenRecord[] = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find(
      { propertyId: { $in: concerned } },
      { projection: { source: 1, key: 1, zip: 1, kinds: 1, propertyId: 1, versionRunKey: 1 } },
    )
    .toArray();
  const mayBeJoined = joinsMayCome(unsettled);
  const awaiting = records.filter((record) => awaitsDetail(record, unsettled));
  const asked = await detailsAsked(db, awaiting, run);
  const unripe = new Set(
    [
      ...records.filter((record) => mayBeJoined && record.versionRunKey === run.runKey),
      ...awaiting.filter(({ _id }) => !asked.has(_id)),
    ].map(({ propertyId }) => propertyId),
  );
  return new Set(rows.flatMap(({ _id }) => (unripe.has(_id) ? [] : [_id])));
}

/** True while a source walks, or a listing site has details to come that may name a parcel. */
function joinsMayCome({ stages }: Unsettled): boolean {
  return Object.entries(stages).some(
    ([source, stage]) =>
      stage === 'walking' || (stage === 'details' && LISTING_SOURCES.some((listing) => listing === source)),
  );
}

/** True when the source may still ask for the detail of a record in this run, as far as the record tells. */
function awaitsDetail(
  { source, kinds, versionRunKey }: SeenRecord,
  { stages, traitsOf, run, sinceMs }: Unsettled,
): boolean {
  const stage = stages[source];
  const { detailKind, detailFreshMs } = traitsOf(source);
  if (stage === undefined || stage === 'ended' || detailKind === null) return false;
  const at = kinds[detailKind]?.fetchedAt.getTime();
  if (at === undefined) return true;
  return at < sinceMs && (versionRunKey === run.runKey || at < sinceMs - detailFreshMs);
}

/** Records whose detail was asked for in this run, whatever came of it. */
async function detailsAsked(db: Db, records: readonly SeenRecord[], run: RunName): Promise<ReadonlySet<string>> {
  const { market, runDate, runKey } = run;
  const places = records.flatMap(({ _id, source, key, zip }) =>
    zip === null ? [] : [{ _id, page: pageId({ market, source, zip, runDate, runKey }, detailStep(key)) }],
  );
  if (places.length === 0) return new Set();
  const found = await db
    .collection<WindowPageDocument>('window_pages')
    .find({ _id: { $in: places.map(({ page }) => page) } }, { projection: { _id: 1 } })
    .toArray();
  const there = new Set(found.map(({ _id }) => _id));
  return new Set(places.flatMap(({ _id, page }) => (there.has(page) ? [_id] : [])));
}

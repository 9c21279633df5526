import type { Db } from 'mongodb';
import type { Json } from '../../core/hash.js';
import type { Fact } from '../../core/schemas/facts.js';
import type { ChangeEvidence } from '../../domain/change-events.js';
import type { ChangeEventDocument, RawPropertyDocument, RecordVersionDocument } from '../../store/documents.js';
import { countRows, type RowMatch, rowsById } from '../../store/export-rows.js';
import { factsOf } from '../../store/properties.js';
import { type Column, cellsOf, column, headsOf } from './columns.js';
import { type DataRequest, type Dataset, timeMatch, zipMatch } from './dataset.js';

/** What happened to records, one row an event. */
export function eventsDataset(request: DataRequest): Dataset {
  const { market, zips, provenance } = request;
  const columns = [...EVENT, ...(provenance ? EVENT_EVIDENCE : [])];
  const base = { market, ...zipMatch('zip', zips) };
  return {
    columns: headsOf(columns),
    sortedBy: '_id',
    rangeOf: 'known_from',
    notes: [],
    async *rows(db) {
      const match = { ...base, ...timesMatch(request) };
      for await (const rows of rowsById<ChangeEventDocument>(db, 'change_events', match)) yield cellsOf(columns, rows);
    },
    countAll: (db) => countRows(db, 'change_events', { market }),
    countWrittenSince: (db, at) => countRows(db, 'change_events', { ...base, knownFrom: { $gte: at } }),
  };
}

const EVENT: readonly Column<ChangeEventDocument>[] = [
  column('event_id', 'text', ({ _id }) => _id),
  column('kind', 'text', ({ kind }) => kind),
  column('source', 'text', ({ source }) => source),
  column('record_id', 'text', ({ recordId }) => recordId),
  column('property_id', 'text', ({ propertyId }) => propertyId),
  column('market', 'text', ({ market }) => market),
  column('zip', 'text', ({ zip }) => zip),
  column('before', 'json', ({ before }) => before),
  column('after', 'json', ({ after }) => after),
  column('valid_from', 'instant', ({ validFrom }) => validFrom.toISOString()),
  column('known_from', 'instant', ({ knownFrom }) => knownFrom.toISOString()),
  column('run_key', 'text', ({ runKey }) => runKey),
];

const EVENT_EVIDENCE: readonly Column<ChangeEventDocument>[] = [
  column('before_evidence', 'json', ({ evidence }) => answerOf(evidence.from)),
  column('after_evidence', 'json', ({ evidence }) => answerOf(evidence.to)),
  column('windows', 'list', ({ evidence }) => evidence.windows),
];

function answerOf(evidence: ChangeEvidence | null): Json {
  if (evidence === null) return null;
  const { kind, path, fetchId, rawRef, fetchedAt } = evidence;
  return { kind, path, request: fetchId, raw_sha256: rawRef, at: fetchedAt.toISOString() };
}

interface VersionRow {
  readonly version: RecordVersionDocument;
  readonly market: string;
  readonly zip: string | null;
  readonly facts: readonly Fact[];
}

/** Every state that a record ever had, one row a state. */
export function versionsDataset(request: DataRequest): Dataset {
  const columns = [...VERSION, ...(request.provenance ? VERSION_EVIDENCE : [])];
  const since = (at: Date): RowMatch => ({ knownFrom: { $gte: at } });
  return {
    columns: headsOf(columns),
    sortedBy: '_id',
    rangeOf: 'known_from',
    notes: ['market and ZIP code are those of the record now; records that are no longer kept are left out'],
    async *rows(db) {
      for await (const batch of rowsById<RecordVersionDocument>(db, 'record_versions', timesMatch(request))) {
        yield cellsOf(columns, await versionRows(db, batch, request));
      }
    },
    // A version does not name its market: all there are.
    countAll: (db) => countRows(db, 'record_versions', {}),
    countWrittenSince: (db, at) => countRows(db, 'record_versions', since(at)),
  };
}

async function versionRows(
  db: Db,
  batch: readonly RecordVersionDocument[],
  { market, zips }: DataRequest,
): Promise<readonly VersionRow[]> {
  const places = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find(
      { _id: { $in: [...new Set(batch.map(({ recordId }) => recordId))] }, market },
      { projection: { market: 1, zip: 1 } },
    )
    .toArray();
  const placeOf = new Map(places.map((one) => [one._id, one]));
  return batch.flatMap((version) => {
    const place = placeOf.get(version.recordId);
    if (place === undefined || (zips !== null && !zips.includes(place.zip ?? ''))) return [];
    return [{ version, market, zip: place.zip, facts: factsOf(version.source, version.kinds) }];
  });
}

const VERSION: readonly Column<VersionRow>[] = [
  column('version_id', 'text', ({ version }) => version._id),
  column('record_id', 'text', ({ version }) => version.recordId),
  column('source', 'text', ({ version }) => version.source),
  column('property_id', 'text', ({ version }) => version.propertyId),
  column('market', 'text', ({ market }) => market),
  column('zip', 'text', ({ zip }) => zip),
  column('version', 'integer', ({ version }) => version.version),
  column('content_hash', 'text', ({ version }) => version.contentHash),
  column('valid_from', 'instant', ({ version }) => version.validFrom.toISOString()),
  column('known_from', 'instant', ({ version }) => version.knownFrom.toISOString()),
  column('run_key', 'text', ({ version }) => version.runKey),
  column('facts', 'json', ({ facts }) => facts.map(({ name, value, kind }) => ({ name, value, kind }))),
];

const VERSION_EVIDENCE: readonly Column<VersionRow>[] = [
  column('evidence', 'json', ({ facts }) =>
    facts.map(({ name, kind, path, fetchId, rawRef, fetchedAt }) => {
      return { name, kind, path, request: fetchId, raw_sha256: rawRef, at: fetchedAt };
    }),
  ),
];

/** Of a look back: what held by then and was known by then. */
function timesMatch(request: DataRequest): RowMatch {
  const { asOf } = request;
  const range = timeMatch('knownFrom', request);
  return asOf === null ? range : { $and: [range, { knownFrom: { $lte: asOf }, validFrom: { $lte: asOf } }] };
}

import type { Db } from 'mongodb';
import type { RawPropertyDocument, RecordVersionDocument } from '../documents.js';
import { type Fault, type Finding, FROM_BACKUP, lostThing } from '../fault.js';
import { citedBy, missingIds } from '../integrity.js';
import { contentHash } from '../records.js';

/** Faults of some records: versions that are missing or say something else, evidence that is not there. */
export async function recordFaults(db: Db, records: readonly RawPropertyDocument[]): Promise<readonly Fault[]> {
  const versions = await db
    .collection<RecordVersionDocument>('record_versions')
    .find({ recordId: { $in: records.map(({ _id }) => _id) } })
    .toArray();
  const byRecord = new Map<string, RecordVersionDocument[]>();
  for (const version of versions) {
    byRecord.set(version.recordId, [...(byRecord.get(version.recordId) ?? []), version]);
  }
  const own = records.flatMap((record) => faultsOf(record, byRecord.get(record._id) ?? []));
  return [...own, ...(await evidenceFaults(db, [...records, ...versions]))];
}

function faultsOf(record: RawPropertyDocument, versions: readonly RecordVersionDocument[]): readonly Fault[] {
  const byNumber = new Map(versions.map((version) => [version.version, version]));
  const highest = Math.max(record.version, ...byNumber.keys());
  const numbers = Array.from({ length: highest }, (_, at) => at + 1);
  const gaps = numbers.filter((number) => !byNumber.has(number)).map((number) => `${record._id}@${number}`);
  const altered = versions
    .filter(({ kinds, contentHash: hash }) => contentHash(kinds) !== hash)
    .map(({ _id }) => ({
      collection: 'record_versions',
      id: _id,
      wrong: 'its facts are not those that its content hash was made of',
      next: FROM_BACKUP,
    }));
  return [
    ...lostThing('record_versions', gaps),
    ...altered,
    ...currentFaults(record, byNumber.get(record.version), highest),
  ];
}

function currentFaults(
  record: RawPropertyDocument,
  version: RecordVersionDocument | undefined,
  highest: number,
): readonly Fault[] {
  const wrong = (words: string): readonly Fault[] => [
    { collection: 'raw_properties', id: record._id, wrong: words, next: FROM_BACKUP },
  ];
  if (record.version < highest) return wrong(`it stands at version ${record.version} of ${highest}`);
  if (contentHash(record.kinds) !== record.contentHash) {
    return wrong('its facts are not those that its content hash was made of');
  }
  if (version !== undefined && version.contentHash !== record.contentHash) {
    return wrong(`it says something else than its version ${record.version}`);
  }
  return [];
}

async function evidenceFaults(
  db: Db,
  documents: readonly Pick<RawPropertyDocument, 'kinds'>[],
): Promise<readonly Fault[]> {
  const cited = documents.map(({ kinds }) => citedBy(kinds));
  const [answers, requests] = await Promise.all([
    missingIds(
      db,
      'raw_payloads',
      cited.flatMap(({ rawRefs }) => rawRefs),
    ),
    missingIds(
      db,
      'fetches',
      cited.flatMap(({ fetchIds }) => fetchIds),
    ),
  ]);
  return [...lostThing('raw_payloads', answers), ...lostThing('fetches', requests)];
}

/** Versions of records that are not there themselves. */
export async function* orphanVersions(db: Db, batch: number): AsyncGenerator<Finding> {
  const rows = db
    .collection<RecordVersionDocument>('record_versions')
    .find({}, { projection: { recordId: 1 }, sort: { recordId: 1, version: 1 } });
  let documents = 0;
  let ids = new Set<string>();
  for await (const { recordId } of rows) {
    documents += 1;
    ids.add(recordId);
    if (ids.size < batch) continue;
    yield* lostRecords(db, ids);
    ids = new Set();
  }
  yield* lostRecords(db, ids);
  yield { kind: 'checked', collection: 'record_versions', documents };
}

async function* lostRecords(db: Db, ids: ReadonlySet<string>): AsyncGenerator<Finding> {
  const lost = await missingIds(db, 'raw_properties', ids);
  for (const fault of lostThing('raw_properties', lost)) yield { kind: 'fault', fault };
}

import type { Db } from 'mongodb';
import { sha256 } from '../../core/hash.js';
import type { ChangeEventDocument, QuarantineDocument, RawPayloadDocument } from '../documents.js';
import { type Fault, type Finding, FROM_BACKUP, lostThing, type VerifyOptions } from '../fault.js';
import { missingIds } from '../integrity.js';
import { inBatches, inParts } from '../parts.js';
import { unpackText } from '../raw-payloads.js';
import { countFaults } from './counts.js';
import { linkFaults, personalFaults, reviewFaults } from './links.js';
import { propertyFaults, shownFaults } from './properties.js';
import { orphanVersions, recordFaults } from './records.js';

/** Documents held at one time. */
const BATCH = 200;
/** Each of these stands for thousands of pages, which are all counted: of a sample so many are enough. */
const MOST_SAMPLED: Readonly<Record<string, number>> = { windows: 12, runs: 3 };

type Check<T> = (db: Db, documents: readonly T[], options: VerifyOptions) => Promise<readonly Fault[]>;

/**
 * Holds the database against itself: bytes against their hashes, versions and current records against each other, every reference
 * against what it names, the read model against a rebuild, counts against what they count. Reads alone, in batches, and names each
 * fault once. What a run is writing at the same time may show as a fault: verify when none is under way.
 */
export async function* verifyDatabase(db: Db, options: VerifyOptions): AsyncGenerator<Finding> {
  const named = new Set<string>();
  for await (const finding of allFindings(db, options)) {
    if (finding.kind === 'fault') {
      const name = `${finding.fault.collection} ${finding.fault.id}`;
      if (named.has(name)) continue;
      named.add(name);
    }
    yield finding;
  }
}

async function* allFindings(db: Db, options: VerifyOptions): AsyncGenerator<Finding> {
  yield* checked<RawPayloadDocument>(db, 'raw_payloads', payloadFaults, options);
  yield* checked(db, 'raw_properties', recordFaults, options);
  if (options.sample === null) yield* orphanVersions(db, BATCH);
  yield* checked(db, 'change_events', eventFaults, options);
  yield* checked(db, 'quarantine', quarantineFaults, options);
  yield* checked(db, 'processed_properties', shownFaults, options);
  yield* checked(db, 'processing_queue', propertyFaults, options);
  yield* checked(db, 'entity_links', linkFaults, options);
  yield* checked(db, 'reviews', reviewFaults, options);
  yield* checked(db, 'personal_facts', personalFaults, options);
  yield* checked(db, 'windows', countFaults.windows, options);
  yield* checked(db, 'runs', countFaults.runs, options);
}

async function* checked<T extends { readonly _id: string }>(
  db: Db,
  collection: string,
  check: Check<T>,
  options: VerifyOptions,
): AsyncGenerator<Finding> {
  let documents = 0;
  for await (const batch of batchesOf<T>(db, collection, options.sample)) {
    documents += batch.length;
    for (const fault of await check(db, batch, options)) yield { kind: 'fault', fault };
  }
  yield { kind: 'checked', collection, documents };
}

async function* batchesOf<T extends { readonly _id: string }>(
  db: Db,
  name: string,
  sample: number | null,
): AsyncGenerator<readonly T[]> {
  const rows = db.collection<{ _id: string }>(name);
  if (sample === null) {
    yield* inBatches(rows.find<T>({}, { sort: { _id: 1 }, batchSize: BATCH }), BATCH);
    return;
  }
  for (const ids of inParts(await chosenIds(db, name, Math.min(sample, MOST_SAMPLED[name] ?? sample)))) {
    const batch = await rows.find<T>({ _id: { $in: [...ids] } }, { sort: { _id: 1 } }).toArray();
    if (batch.length > 0) yield batch;
  }
}

async function chosenIds(db: Db, name: string, size: number): Promise<readonly string[]> {
  const found = await db
    .collection<{ _id: string }>(name)
    .aggregate<{ _id: string }>([{ $sample: { size } }, { $project: { _id: 1 } }])
    .toArray();
  return found.map(({ _id }) => _id);
}

async function payloadFaults(_db: Db, payloads: readonly RawPayloadDocument[]): Promise<readonly Fault[]> {
  const faults = await Promise.all(
    payloads.map(async (payload) => {
      const text = await unpackText(payload).catch(() => null);
      if (text !== null && sha256(text) === payload._id) return [];
      const wrong =
        text === null ? 'the kept answer cannot be unpacked' : 'the kept answer has other bytes than its hash';
      return [{ collection: 'raw_payloads', id: payload._id, wrong, next: FROM_BACKUP }];
    }),
  );
  return faults.flat();
}

async function eventFaults(db: Db, events: readonly ChangeEventDocument[]): Promise<readonly Fault[]> {
  const versionsOf = ({ recordId, evidence: { from, to } }: ChangeEventDocument) =>
    [from, to].flatMap((side) => (side === null ? [] : [`${recordId}@${side.version}`]));
  const versions = await missingIds(db, 'record_versions', events.flatMap(versionsOf));
  const windows = await missingIds(
    db,
    'windows',
    events.flatMap(({ evidence }) => evidence.windows),
  );
  return [...lostThing('record_versions', versions), ...lostThing('windows', windows)];
}

async function quarantineFaults(db: Db, rows: readonly QuarantineDocument[]): Promise<readonly Fault[]> {
  const [answers, requests] = await Promise.all([
    missingIds(
      db,
      'raw_payloads',
      rows.map(({ rawRef }) => rawRef),
    ),
    missingIds(
      db,
      'fetches',
      rows.map(({ fetchId }) => fetchId),
    ),
  ]);
  return [...lostThing('raw_payloads', answers), ...lostThing('fetches', requests)];
}

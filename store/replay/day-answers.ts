import type { Db, Filter } from 'mongodb';
import type { RawPayload } from '../../core/raw-payload.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { ReplayCursor, ReplayScope } from '../../core/schemas/replay.js';
import type { RawPayloadDocument, RecordVersionDocument, WindowDocument, WindowPageDocument } from '../documents.js';
import { bodyOf } from '../raw-payloads.js';

/** A stored answer as it came on the day: the redacted body, and by which window. */
export interface DayAnswer {
  readonly source: SourceName;
  readonly zip: string;
  readonly runKey: string;
  readonly rawRef: string;
  readonly payload: RawPayload;
}

/** A reading that a version of the day rests on. */
export interface CitedReading {
  readonly key: string;
  readonly kind: string;
  readonly answer: DayAnswer;
  /** True when the same bytes had come before or about another thing, so that they are not among the first answers. */
  readonly knownBefore: boolean;
}

interface FetchRow {
  readonly _id: string;
  readonly source: SourceName;
  readonly url: string;
  readonly zip: string | null;
  readonly runKey: string;
}

export interface DayBatch<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Runs that worked on windows of a day. */
export async function runsOfDay(db: Db, { market, runDate, sources }: ReplayScope): Promise<readonly string[]> {
  const windows = await db
    .collection<WindowDocument>('windows')
    .find({ market, runDate, source: { $in: [...sources] } }, { projection: { runKeys: 1 } })
    .toArray();
  const walking: readonly string[] = await db
    .collection<WindowPageDocument>('window_pages')
    .distinct('runKey', { windowId: { $in: windows.map(({ _id }) => _id) } });
  return [...new Set([...walking, ...windows.flatMap(({ runKeys = [] }) => runKeys)])];
}

/** Answers that first came with a request of these runs, in the order of the requests' ids. */
export async function firstAnswers(
  db: Db,
  { sources }: ReplayScope,
  runKeys: readonly string[],
  after: ReplayCursor['after'],
  size: number,
): Promise<DayBatch<DayAnswer>> {
  const filter: Filter<FetchRow> = {
    runKey: { $in: [...runKeys] },
    source: { $in: [...sources] },
    _id: { $gt: after },
  };
  const fetches = await db.collection<FetchRow>('fetches').find(filter).sort({ _id: 1 }).limit(size).toArray();
  const byId = new Map(fetches.map((row) => [row._id, row]));
  const rows = await db
    .collection<RawPayloadDocument>('raw_payloads')
    .find({ firstFetchId: { $in: [...byId.keys()] } })
    .toArray();
  const items = await Promise.all(
    rows.flatMap((row) => {
      const request = byId.get(row.firstFetchId);
      return request === undefined ? [] : [answerOf(row, request, row.firstFetchedAt, row.firstKey)];
    }),
  );
  return { items, next: fetches.length < size ? null : (fetches.at(-1)?._id ?? null) };
}

/** What versions of these runs rest on, as far as it came with a request of these runs; in the order of the versions' ids. */
export async function citedReadings(
  db: Db,
  { sources }: ReplayScope,
  runKeys: readonly string[],
  after: ReplayCursor['after'],
  size: number,
): Promise<DayBatch<CitedReading>> {
  const filter: Filter<RecordVersionDocument> = {
    runKey: { $in: [...runKeys] },
    source: { $in: [...sources] },
    _id: { $gt: after },
  };
  const versions = await db
    .collection<RecordVersionDocument>('record_versions')
    .find(filter)
    .sort({ _id: 1 })
    .limit(size)
    .toArray();
  const states = versions.flatMap(({ key, kinds }) =>
    Object.entries(kinds).map(([kind, state]) => ({ key, kind, ...state })),
  );
  const fetches = await byIds<FetchRow>(
    db,
    'fetches',
    states.map(({ fetchId }) => fetchId),
  );
  const rows = await byIds<RawPayloadDocument>(
    db,
    'raw_payloads',
    states.map(({ rawRef }) => rawRef),
  );
  const answers = new Map<string, Promise<DayAnswer>>();
  const items = states.flatMap(({ key, kind, rawRef, fetchId, fetchedAt }) => {
    const [row, request] = [rows.get(rawRef), fetches.get(fetchId)];
    if (row === undefined || request === undefined || !runKeys.includes(request.runKey)) return [];
    const about = row.firstKey === null ? null : key;
    const name = `${rawRef} ${fetchId} ${about}`;
    const answer = answers.get(name) ?? answerOf(row, request, fetchedAt, about);
    answers.set(name, answer);
    return [{ key, kind, answer, knownBefore: row.firstFetchId !== fetchId || row.firstKey !== about }];
  });
  const found = await Promise.all(items.map(async (item) => ({ ...item, answer: await item.answer })));
  return { items: found, next: versions.length < size ? null : (versions.at(-1)?._id ?? null) };
}

async function answerOf(
  row: RawPayloadDocument,
  request: FetchRow,
  fetchedAt: Date,
  key: string | null,
): Promise<DayAnswer> {
  const { source, url, zip, runKey, _id: fetchId } = request;
  const payload = { kind: row.kind, key, url, fetchId, fetchedAt: fetchedAt.toISOString(), body: await bodyOf(row) };
  return { source, zip: zip ?? '', runKey, rawRef: row._id, payload };
}

async function byIds<T extends { readonly _id: string }>(
  db: Db,
  name: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, T>> {
  const found = await db
    .collection<{ _id: string }>(name)
    .find<T>({ _id: { $in: [...new Set(ids)] } })
    .toArray();
  return new Map(found.map((document) => [document._id, document]));
}

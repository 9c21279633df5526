import type { AnyBulkWriteOperation, Db } from 'mongodb';
import { sha256 } from '../core/hash.js';
import type { SourceName } from '../core/schemas/names.js';
import type { RawPayload } from '../core/source.js';
import {
  compareShapes,
  type JsonShape,
  type ShapeChange,
  type ShapePath,
  shapeOf,
  withoutShape,
} from '../domain/json-shape.js';

/** A place of the answers, and when it was there. */
interface StoredPath extends ShapePath {
  readonly path: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** `json_shapes`: the fingerprint of the answers of one kind: those of one run, and one row of all there ever were. */
export interface JsonShapeDocument {
  /** Source, kind and run key, or `all`. */
  readonly _id: string;
  readonly source: SourceName;
  /** Kind of payload, one for each endpoint. */
  readonly kind: string;
  /** Null: all runs together. */
  readonly runKey: string | null;
  /** Different answers; one that comes again unchanged is not counted again. */
  readonly answers: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** By hash of the path, since names may hold dots. */
  readonly paths: Readonly<Record<string, StoredPath>>;
}

/** Places that are kept of one kind, however many an outside service makes up. */
const MOST_PATHS = 3_000;
const shapesOf = (db: Db) => db.collection<JsonShapeDocument>('json_shapes');

/**
 * Adds the shape of new answers to that of their kind. Pass only answers that were not kept before: the same twice would
 * count twice. An answer whose worker died between the two writes is not counted.
 */
export async function noteShapes(
  db: Db,
  source: SourceName,
  runKey: string,
  payloads: readonly Pick<RawPayload, 'kind' | 'body' | 'fetchedAt'>[],
): Promise<void> {
  const operations: AnyBulkWriteOperation<JsonShapeDocument>[] = [];
  for (const kind of new Set(payloads.map((payload) => payload.kind))) {
    const own = payloads.filter((payload) => payload.kind === kind);
    const bodies = own.flatMap(({ body }) => (body.type === 'json' ? [body.json] : []));
    if (bodies.length === 0) continue;
    const shape = [...shapeOf(bodies)].map(([path, place]) => ({ id: sha256(path).slice(0, 12), path, place }));
    const known = (await shapesOf(db).findOne({ _id: idOf(source, kind, null) }))?.paths ?? {};
    const room = MOST_PATHS - Object.keys(known).length;
    const fresh = new Set(shape.filter(({ id }) => !(id in known)).slice(0, Math.max(0, room)));
    const kept = shape.filter((place) => place.id in known || fresh.has(place));
    const times = own.map(({ fetchedAt }) => Date.parse(fetchedAt));
    const span = { first: new Date(Math.min(...times)), last: new Date(Math.max(...times)) };
    for (const run of [runKey, null]) operations.push(additionOf(source, kind, run, kept, bodies.length, span));
  }
  if (operations.length > 0) await shapesOf(db).bulkWrite(operations);
}

function additionOf(
  source: SourceName,
  kind: string,
  runKey: string | null,
  places: readonly { readonly id: string; readonly path: string; readonly place: ShapePath }[],
  answers: number,
  { first, last }: { readonly first: Date; readonly last: Date },
): AnyBulkWriteOperation<JsonShapeDocument> {
  const each = <T>(value: (one: (typeof places)[number]) => readonly (readonly [string, T])[]) =>
    Object.fromEntries(places.flatMap((one) => value(one).map(([name, item]) => [`paths.${one.id}.${name}`, item])));
  return {
    updateOne: {
      filter: { _id: idOf(source, kind, runKey) },
      update: {
        $setOnInsert: { source, kind, runKey },
        $set: each<string | null>(({ path, place }) => [
          ['path', path],
          ['parent', place.parent],
        ]),
        $inc: { answers, ...each(({ place }) => Object.entries(place.types).map(([type, n]) => [`types.${type}`, n])) },
        $min: { firstSeenAt: first, ...each(() => [['firstSeenAt', first]]) },
        $max: { lastSeenAt: last, ...each(() => [['lastSeenAt', last]]) },
      },
      upsert: true,
    },
  };
}

/** A change of shape, with when and where. */
export interface SeenChange extends ShapeChange {
  readonly source: SourceName;
  readonly kind: string;
  /** Of what is new or retyped: the first answer of the run that showed it. Of what is gone: the last answer that had it. */
  readonly seenAt: Date;
  /** Run that showed it first, of those looked at. */
  readonly runKey: string;
}

/**
 * Changes of shape since a time: each run is compared with all the answers before it.
 * @param only source, run, or both; left out: all
 */
export async function shapeChanges(
  db: Db,
  only: { readonly source?: SourceName; readonly runKey?: string; readonly since?: Date },
): Promise<readonly SeenChange[]> {
  const { source, runKey, since } = only;
  const ofSource = source === undefined ? {} : { source };
  const runs = await shapesOf(db)
    .find({
      ...ofSource,
      runKey: runKey ?? { $ne: null },
      ...(since === undefined ? {} : { lastSeenAt: { $gte: since } }),
    })
    .sort({ firstSeenAt: -1 })
    .toArray();
  const all = await shapesOf(db)
    .find({ ...ofSource, runKey: null })
    .toArray();
  const changes = all.flatMap((whole) => {
    const own = runs.filter((run) => run.source === whole.source && run.kind === whole.kind);
    return changesOf(whole, own);
  });
  return changes.sort((a, b) => b.seenAt.getTime() - a.seenAt.getTime());
}

/** @param runs newest first */
function changesOf(whole: JsonShapeDocument, runs: readonly JsonShapeDocument[]): readonly SeenChange[] {
  const found = new Map<string, SeenChange>();
  const { source, kind } = whole;
  const seen = new Map(Object.values(whole.paths).map(({ path, ...times }) => [path, times]));
  let before = shapeIn(whole);
  for (const run of runs) {
    const now = shapeIn(run);
    before = withoutShape(before, now);
    for (const change of compareShapes(before, now)) {
      const id = `${change.change} ${change.path}`;
      const seenAt = change.change === 'gone' ? seen.get(change.path)?.lastSeenAt : run.firstSeenAt;
      const later = found.get(id); // runs come newest first, so an earlier one takes its place
      const [rows, of] = [change.rows + (later?.rows ?? 0), change.of + (later?.of ?? 0)];
      found.set(id, { ...change, source, kind, rows, of, seenAt: seenAt ?? run.firstSeenAt, runKey: run.runKey ?? '' });
    }
  }
  return [...found.values()];
}

function shapeIn({ paths }: JsonShapeDocument): JsonShape {
  return new Map(Object.values(paths).map(({ path, parent, types }) => [path, { parent, types }]));
}

function idOf(source: SourceName, kind: string, runKey: string | null): string {
  return `${source}|${kind}|${runKey ?? 'all'}`;
}

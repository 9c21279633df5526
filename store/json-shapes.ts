import type { Db } from 'mongodb';
import { sha256 } from '../core/hash.js';
import type { RawPayload } from '../core/raw-payload.js';
import type { SourceName } from '../core/schemas/names.js';
import {
  compareShapes,
  JSON_TYPES,
  type JsonShape,
  type ShapeChange,
  type ShapePath,
  shapeOf,
  withoutShape,
} from '../domain/json-shape.js';
import { isDuplicateKey } from './database.js';

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
  for (const kind of new Set(payloads.map((payload) => payload.kind))) {
    const own = payloads.filter((payload) => payload.kind === kind);
    const bodies = own.flatMap(({ body }) => (body.type === 'json' ? [body.json] : []));
    if (bodies.length === 0) continue;
    const times = own.map(({ fetchedAt }) => Date.parse(fetchedAt));
    const seen = {
      answers: bodies.length,
      firstSeenAt: new Date(Math.min(...times)),
      lastSeenAt: new Date(Math.max(...times)),
    };
    const places = [...shapeOf(bodies)].map(([path, place]) => ({ id: sha256(path).slice(0, 12), path, place }));
    const all = await addInTurn(db, { source, kind, runKey: null }, { ...seen, places });
    await addInTurn(db, { source, kind, runKey }, { ...seen, places: places.filter(({ id }) => id in all) });
  }
}

interface Addition extends Pick<JsonShapeDocument, 'answers' | 'firstSeenAt' | 'lastSeenAt'> {
  readonly places: readonly { readonly id: string; readonly path: string; readonly place: ShapePath }[];
}

type Whose = Pick<JsonShapeDocument, 'source' | 'kind' | 'runKey'>;
type Paths = JsonShapeDocument['paths'];

/** What waits for the write before it, by id of the row. Lanes of one process would only undo each other's writes. */
interface Turn {
  readonly additions: Addition[];
  readonly done: Promise<Paths>;
}
const turns = new WeakMap<Db, { readonly waiting: Map<string, Turn>; readonly last: Map<string, Promise<Paths>> }>();

/** Adds to one fingerprint, together with what others of this process add meanwhile. @returns the places that it holds then */
function addInTurn(db: Db, of: Whose, addition: Addition): Promise<Paths> {
  const id = idOf(of.source, of.kind, of.runKey);
  const { waiting, last } = turns.get(db) ?? { waiting: new Map<string, Turn>(), last: new Map() };
  turns.set(db, { waiting, last });
  const turn = waiting.get(id);
  if (turn !== undefined) {
    turn.additions.push(addition);
    return turn.done;
  }
  const additions = [addition];
  const begin = () => {
    waiting.delete(id);
    return add(db, of, additions);
  };
  const before = last.get(id);
  const done = before === undefined ? begin() : before.then(begin, begin);
  if (before !== undefined) waiting.set(id, { additions, done });
  last.set(id, done);
  const forget = () => {
    if (last.get(id) === done) last.delete(id);
  };
  done.then(forget, forget);
  return done;
}

/**
 * Adds to one fingerprint: read, and replaced where no other process added meanwhile, else once more. An update with an operator
 * for each place takes the local database 15 times as long (300 places: 95 ms of CPU instead of 6; 2026-11-22).
 */
async function add(db: Db, of: Whose, additions: readonly Addition[]): Promise<Paths> {
  const _id = idOf(of.source, of.kind, of.runKey);
  const [first] = additions;
  if (first === undefined) return {};
  for (;;) {
    const known = await shapesOf(db).findOne({ _id });
    const { firstSeenAt, lastSeenAt } = first;
    const base: JsonShapeDocument = known ?? { _id, ...of, answers: 0, firstSeenAt, lastSeenAt, paths: {} };
    const next = additions.reduce(added, base);
    // The number of answers only grows, so it tells whether the row is still the one that was read.
    if (await replaced(db, next, known?.answers ?? null)) return next.paths;
  }
}

/** @param answers of the row to be replaced; null when there is to be none. @returns false when another one is there */
async function replaced(db: Db, next: JsonShapeDocument, answers: number | null): Promise<boolean> {
  if (answers !== null) return (await shapesOf(db).replaceOne({ _id: next._id, answers }, next)).matchedCount === 1;
  try {
    await shapesOf(db).insertOne(next);
    return true;
  } catch (problem) {
    if (isDuplicateKey(problem)) return false;
    throw problem;
  }
}

function added(known: JsonShapeDocument, { places, ...seen }: Addition): JsonShapeDocument {
  const paths: Record<string, StoredPath> = { ...known.paths };
  let room = MOST_PATHS - Object.keys(paths).length;
  for (const { id, path, place } of places) {
    const before = paths[id];
    if (before === undefined && room <= 0) continue;
    if (before === undefined) room -= 1;
    paths[id] = {
      path,
      parent: place.parent,
      types: sumOf(before?.types ?? {}, place.types),
      ...span(before ?? seen, seen),
    };
  }
  return { ...known, answers: known.answers + seen.answers, ...span(known, seen), paths };
}

function sumOf(a: ShapePath['types'], b: ShapePath['types']): ShapePath['types'] {
  const sum = { ...a };
  for (const type of JSON_TYPES) if (b[type] !== undefined) sum[type] = (sum[type] ?? 0) + b[type];
  return sum;
}

type Span = Pick<JsonShapeDocument, 'firstSeenAt' | 'lastSeenAt'>;

function span(a: Span, b: Span): Span {
  return {
    firstSeenAt: new Date(Math.min(a.firstSeenAt.getTime(), b.firstSeenAt.getTime())),
    lastSeenAt: new Date(Math.max(a.lastSeenAt.getTime(), b.lastSeenAt.getTime())),
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

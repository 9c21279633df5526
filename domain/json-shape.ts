import type { Json } from '../core/hash.js';

/** What a JSON value can be. */
export const JSON_TYPES = ['null', 'boolean', 'number', 'string', 'list', 'object'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** One place of a JSON answer, and how often it held what. */
export interface ShapePath {
  /** Path of what holds it; null for the root. */
  readonly parent: string | null;
  /** Number of times per type. */
  readonly types: Readonly<Partial<Record<JsonType, number>>>;
}

/** The fingerprint of JSON answers: paths without row numbers (`Results[].APN`, the root is `$`). Holds no value. */
export type JsonShape = ReadonlyMap<string, ShapePath>;

/** Bounds, so that a hostile answer costs little: places, depth, values looked at, and names before an object is a table. */
const MOST_PATHS = 1_500;
const DEEPEST = 12;
const MOST_VALUES = 200_000;
const MOST_NAMES = 100;
const LONGEST_NAME = 60;

/** The shape of some answers of one kind, together. Pure. What lies beyond the bounds is left out. */
export function shapeOf(bodies: readonly Json[]): JsonShape {
  const shape = new Map<string, { parent: string | null; types: Partial<Record<JsonType, number>> }>();
  let values = 0;
  const count = (value: Json, path: string, parent: string | null): boolean => {
    values += 1;
    if (values > MOST_VALUES || (shape.size >= MOST_PATHS && !shape.has(path))) return false;
    const place = shape.get(path) ?? { parent, types: {} };
    const type = typeOf(value);
    place.types[type] = (place.types[type] ?? 0) + 1;
    shape.set(path, place);
    return true;
  };
  const visit = (value: Json, path: string, parent: string | null, depth: number): void => {
    if (depth > DEEPEST || !count(value, path, parent)) return;
    for (const [step, item] of insideOf(value)) visit(item, stepInto(path, step), path, depth + 1);
  };
  for (const body of bodies) visit(body, ROOT, null, 0);
  return shape;
}

function insideOf(value: Json): readonly (readonly [string, Json])[] {
  if (value === null || typeof value !== 'object') return [];
  if (isList(value)) return value.map((item) => ['[]', item]);
  const entries = Object.entries(value);
  const isTable = entries.length > MOST_NAMES;
  return entries.map(([name, item]) => [isTable || !isFieldName(name) ? '*' : name, item]);
}

function stepInto(path: string, step: string): string {
  const base = path === ROOT ? '' : path;
  return base === '' || step === '[]' ? `${base}${step}` : `${base}.${step}`;
}

const ROOT = '$';

/** Names that are keys of a table (numbers, long texts) are no part of a shape. */
function isFieldName(name: string): boolean {
  return name !== '' && name.length <= LONGEST_NAME && !/^\d+$/.test(name);
}

function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (isList(value)) return 'list';
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    default:
      return 'object';
  }
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** What of a shape is not in a part of it: the counts of the part are taken off, places that come to nothing are gone. Pure. */
export function withoutShape(whole: JsonShape, part: JsonShape): JsonShape {
  const left = new Map<string, ShapePath>();
  for (const [path, { parent, types }] of whole) {
    const off = part.get(path)?.types ?? {};
    const counts = JSON_TYPES.map((type) => [type, (types[type] ?? 0) - (off[type] ?? 0)] as const);
    const kept = counts.filter(([, count]) => count > 0);
    if (kept.length > 0) left.set(path, { parent, types: Object.fromEntries(kept) });
  }
  return left;
}

/** How answers differ from those before them in one place. */
export interface ShapeChange {
  readonly path: string;
  /** `new`: never there before. `gone`: no row has it any more, or all are null. `retyped`: a type never seen there. */
  readonly change: 'new' | 'gone' | 'retyped';
  /** Types in words, those before and those now. */
  readonly words: string;
  /** Rows concerned, of so many rows that could be. */
  readonly rows: number;
  readonly of: number;
}

/** At its share now, a field or type must have been due so often before: else it is only a rare one, met at last. */
const LEAST_DUE = 5;
/** A field that is not always there is gone when so many were to be expected: by chance that is one time in 3,000. */
const LEAST_EXPECTED = 8;
/** A field that was there in so many rows, each of them, is gone when so few rows lack it. */
const ALWAYS = 20;
const LEAST_ROWS = 3;

/** Compares the shape of new answers with that of those before. Pure. Of a branch that is new or gone, its root alone is named. */
export function compareShapes(before: JsonShape, now: JsonShape): readonly ShapeChange[] {
  const fresh = [...now].flatMap(([path, place]) => freshChange(path, place, before, now));
  const gone = [...before].flatMap(([path, place]) => goneChange(path, place, before, now));
  return [...fresh, ...gone].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function freshChange(path: string, { parent, types }: ShapePath, before: JsonShape, now: JsonShape): ShapeChange[] {
  const said = valuesOf(types);
  const known = before.get(path);
  const of = rowsOf(now, parent) || said;
  if (said === 0) return [];
  if (known === undefined) {
    if ((said / of) * rowsOf(before, parent) < LEAST_DUE) return []; // rare, or its parent is new itself
    return [{ path, change: 'new', words: namesOf(types), rows: said, of }];
  }
  const strange = JSON_TYPES.filter((type) => type !== 'null' && (types[type] ?? 0) > 0 && !known.types[type]);
  const rows = strange.reduce((sum, type) => sum + (types[type] ?? 0), 0);
  if (rows === 0 || (rows / said) * valuesOf(known.types) < LEAST_DUE) return [];
  return [{ path, change: 'retyped', words: `${strange.join(', ')}; was ${namesOf(known.types)}`, rows, of }];
}

function goneChange(path: string, { parent, types }: ShapePath, before: JsonShape, now: JsonShape): ShapeChange[] {
  const [had, rowsBefore, of] = [valuesOf(types), rowsOf(before, parent), rowsOf(now, parent)];
  const stillThere = valuesOf(now.get(path)?.types ?? {}) > 0;
  if (had === 0 || stillThere || path.endsWith('[]')) return []; // a list may be empty
  const always = had === rowsBefore && had >= ALWAYS && of >= LEAST_ROWS;
  if (!always && (had / rowsBefore) * of < LEAST_EXPECTED) return [];
  return [{ path, change: 'gone', words: `was ${namesOf(types)}`, rows: of, of }];
}

/** Objects that could hold a field. */
function rowsOf(shape: JsonShape, parent: string | null): number {
  return parent === null ? 0 : (shape.get(parent)?.types.object ?? 0);
}

function valuesOf(types: ShapePath['types']): number {
  return JSON_TYPES.reduce((sum, type) => sum + (type === 'null' ? 0 : (types[type] ?? 0)), 0);
}

function namesOf(types: ShapePath['types']): string {
  return JSON_TYPES.filter((type) => type !== 'null' && types[type]).join(', ');
}

import type { Json } from '../../core/hash.js';

/**
 * Types of cells. `instant`: ISO 8601 in UTC; `day`: `YYYY-MM-DD`; `list`: texts; `json`: a value of JSON, whatever its shape. All
 * cells may be null: not stated.
 */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'instant' | 'day' | 'list' | 'json';

/** What a reader of a file must know of a column. */
export interface ColumnHead {
  readonly name: string;
  readonly type: ColumnType;
  /** RESO Data Dictionary name, `x…` where the name is ours; null for what is no fact. */
  readonly reso: string | null;
}

/** A column and how its cell is read. */
export interface Column<R> extends ColumnHead {
  readonly read: (row: R) => Json;
}

/** Cells in the order of the columns. */
export type Row = readonly Json[];

/** A column by name, type and reader. */
export function column<R>(
  name: string,
  type: ColumnType,
  read: (row: R) => Json,
  reso: string | null = null,
): Column<R> {
  return { name, type, reso, read };
}

/** Rows of cells. */
export function cellsOf<R>(columns: readonly Column<R>[], rows: readonly R[]): readonly Row[] {
  return rows.map((row) => columns.map(({ read }) => read(row)));
}

/** What readers are told of columns. */
export function headsOf<R>(columns: readonly Column<R>[]): readonly ColumnHead[] {
  return columns.map(({ name, type, reso }) => ({ name, type, reso }));
}

/** Where a value comes from. */
export interface CellEvidence {
  readonly source: string;
  readonly request: string;
  readonly raw: string;
  /** Null where nobody knows any more. */
  readonly at: string | null;
}

/** The four columns that say where a value of another column comes from. */
export function evidenceColumns<R>(name: string, evidenceOf: (row: R) => CellEvidence | null): readonly Column<R>[] {
  return [
    column<R>(`${name}__source`, 'text', (row) => evidenceOf(row)?.source ?? null),
    column<R>(`${name}__request`, 'text', (row) => evidenceOf(row)?.request ?? null),
    column<R>(`${name}__raw_sha256`, 'text', (row) => evidenceOf(row)?.raw ?? null),
    column<R>(`${name}__at`, 'instant', (row) => evidenceOf(row)?.at ?? null),
  ];
}

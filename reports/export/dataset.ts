import type { Db } from 'mongodb';
import { dayAfter } from '../../core/dates.js';
import type { Mode } from '../../core/schemas/names.js';
import type { KindOrder } from '../../domain/compose.js';
import type { RowMatch } from '../../store/export-rows.js';
import type { ColumnHead, Row } from './columns.js';
import { type DayRange, instantsOf } from './range.js';

/** What can be exported. */
export const EXPORTS = ['properties', 'listings', 'events', 'versions', 'windows', 'costs'] as const;
export type ExportName = (typeof EXPORTS)[number];

/** Which rows are wanted, and with what beside them. */
export interface DataRequest {
  readonly market: string;
  readonly mode: Mode;
  readonly timeZone: string;
  /** Null: all days. */
  readonly range: DayRange | null;
  /** Null: all. */
  readonly zips: readonly string[] | null;
  /** The state of this moment; null: of now. */
  readonly asOf: Date | null;
  /** With source, request, hash of the answer and time of each fact. */
  readonly provenance: boolean;
  readonly kindOrder: KindOrder;
}

/** A table that can be read row by row. */
export interface Dataset {
  readonly columns: readonly ColumnHead[];
  /** Fields by which rows are sorted. */
  readonly sortedBy: string;
  /** The column whose days a range is of. */
  readonly rangeOf: string;
  /** Sentences that a reader must know beside the columns. */
  readonly notes: readonly string[];
  rows(db: Db): AsyncGenerator<readonly Row[]>;
  /** How many rows the market has, whatever the range and ZIPs. */
  countAll(db: Db): Promise<number>;
  /** How many of them were written since a moment. */
  countWrittenSince(db: Db, at: Date): Promise<number>;
}

/** A condition on ZIP codes; nothing when all are wanted. */
export function zipMatch(field: string, zips: readonly string[] | null): RowMatch {
  return zips === null ? {} : { [field]: { $in: [...zips] } };
}

/** A condition on the days of an instant; nothing when all are wanted. */
export function timeMatch(field: string, { range, timeZone }: DataRequest): RowMatch {
  return range === null ? {} : { [field]: instantsOf(range, timeZone) };
}

/** A condition on a day `YYYY-MM-DD`; nothing when all are wanted. */
export function dayMatch(field: string, { range }: DataRequest): RowMatch {
  // Never `$lte`: SecantusDB 0.7.0b3 leaves out what equals it where the field is not the last one of its index.
  return range === null ? {} : { [field]: { $gte: range.from, $lt: dayAfter(range.to) } };
}

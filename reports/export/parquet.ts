import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Json } from '../../core/hash.js';
import type { ColumnHead, ColumnType, Row } from './columns.js';
import type { Encoder } from './encoder.js';

/** Rows held in memory until they are written as one row group. */
const GROUP_ROWS = 2_000;

/** Types of Parquet. Instants have milliseconds in UTC; lists and parts are JSON texts of the logical type JSON. */
const TYPE_OF: Readonly<Record<ColumnType, NonNullable<ColumnSource['type']>>> = {
  text: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  instant: 'TIMESTAMP',
  day: 'STRING',
  list: 'JSON',
  json: 'JSON',
};

/** Parquet in row groups, each written out when it is full; names, types and places of all groups follow at the end. */
export function createParquet(columns: readonly ColumnHead[], createdBy: string): Encoder {
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: sourcesOf(columns, []) }),
    createdBy,
  });
  let waiting: Row[] = [];

  /** What was written since the last time. The writer counts places in the file by itself, so that its buffer can begin anew. */
  function taken(): Uint8Array {
    const bytes = new Uint8Array(writer.buffer, 0, writer.index).slice();
    writer.index = 0;
    return bytes;
  }

  function writeGroup(rows: readonly Row[]): void {
    if (rows.length > 0) file.write({ columnData: sourcesOf(columns, rows), rowGroupSize: rows.length });
  }

  return {
    begin: taken,
    rows(rows) {
      waiting.push(...rows);
      while (waiting.length >= GROUP_ROWS) {
        writeGroup(waiting.slice(0, GROUP_ROWS));
        waiting = waiting.slice(GROUP_ROWS);
      }
      return taken();
    },
    end() {
      writeGroup(waiting);
      waiting = [];
      file.finish();
      return taken();
    },
  };
}

function sourcesOf(columns: readonly ColumnHead[], rows: readonly Row[]): ColumnSource[] {
  return columns.map(({ name, type }, at) => ({
    name,
    type: TYPE_OF[type],
    nullable: true,
    // A row group is read whole or not at all here: an index of its pages would only be kept in memory until the end.
    offsetIndex: false,
    // The least and the greatest JSON text tell nobody anything, and are never cut short.
    statistics: TYPE_OF[type] !== 'JSON',
    data: rows.map((row) => parquetValue(type, row[at] ?? null)),
  }));
}

function parquetValue(type: ColumnType, cell: Json): unknown {
  if (cell === null) return null;
  if (type === 'integer' && typeof cell === 'number') return BigInt(cell);
  if (type === 'instant' && typeof cell === 'string') return new Date(cell);
  return cell;
}

import { stringify } from 'csv-stringify/sync';
import type { Json } from '../../core/hash.js';
import type { ColumnHead, ColumnType, Row } from './columns.js';
import type { Encoder } from './encoder.js';
import { createParquet } from './parquet.js';
import { safeCell } from './safe-cell.js';

/** Formats of a file; each is its extension, too. */
export const FORMATS = ['csv', 'json', 'jsonl', 'parquet'] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** Makes the encoder of a file. */
export function createEncoder(format: ExportFormat, columns: readonly ColumnHead[], createdBy: string): Encoder {
  switch (format) {
    case 'csv':
      return csv(columns);
    case 'json':
      return json(columns);
    case 'jsonl':
      return jsonl(columns);
    case 'parquet':
      return createParquet(columns, createdBy);
  }
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const NOTHING = new Uint8Array(0);

/** RFC 4180 in UTF-8, with a header; texts are made safe for spreadsheets, numbers stay numbers. */
function csv(columns: readonly ColumnHead[]): Encoder {
  const lines = (rows: readonly (readonly string[])[]) => bytesOf(stringify([...rows], { record_delimiter: '\r\n' }));
  return {
    begin: () => lines([columns.map(({ name }) => name)]),
    rows: (rows) =>
      rows.length === 0 ? NOTHING : lines(rows.map((row) => row.map((cell, at) => csvCell(columns[at]?.type, cell)))),
    end: () => NOTHING,
  };
}

function csvCell(type: ColumnType | undefined, cell: Json): string {
  if (cell === null) return '';
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  if (typeof cell === 'string') return safeCell(cell);
  if (type === 'list' && Array.isArray(cell)) return safeCell(cell.join(', '));
  return safeCell(JSON.stringify(cell));
}

function objectOf(columns: readonly ColumnHead[], row: Row): string {
  return JSON.stringify(Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])));
}

/** One array of objects, a line each. */
function json(columns: readonly ColumnHead[]): Encoder {
  let isFirst = true;
  return {
    begin: () => bytesOf('['),
    rows(rows) {
      if (rows.length === 0) return NOTHING;
      const text = rows.map((row) => objectOf(columns, row)).join(',\n');
      const joint = isFirst ? '\n' : ',\n';
      isFirst = false;
      return bytesOf(`${joint}${text}`);
    },
    end: () => bytesOf(isFirst ? ']\n' : '\n]\n'),
  };
}

/** One object a line. */
function jsonl(columns: readonly ColumnHead[]): Encoder {
  return {
    begin: () => NOTHING,
    rows: (rows) => bytesOf(rows.map((row) => `${objectOf(columns, row)}\n`).join('')),
    end: () => NOTHING,
  };
}

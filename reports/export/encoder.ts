import type { Row } from './columns.js';

/** Bytes of a file, piece by piece. A piece may be empty. */
export interface Encoder {
  begin(): Uint8Array;
  rows(rows: readonly Row[]): Uint8Array;
  end(): Uint8Array;
}

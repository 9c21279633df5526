import type { MarketFileName } from '../../core/schemas/market-data.js';
import type { FileAnswer, FileGet, FileRequest } from '../../net/file-get.js';
import { askFile } from './client.js';
import type { Areas, FileReading } from './files/file-reader.js';
import { readersOf } from './parse.js';
import type { MarketDataSettings, MarketFile } from './settings.js';

export type { Areas, FileReading } from './files/file-reader.js';
export { createMarketDataSettings, type MarketDataSettings } from './settings.js';

/** Open market data: files over whole countries, of which the figures about our areas are kept. Holds no state of its own. */
export interface MarketData {
  file(name: MarketFileName): MarketFile;
  /** Errors as `FileGet`; SchemaDrift when the file has another form. A repeat is safe. */
  read(
    name: MarketFileName,
    areas: Areas,
    known: FileRequest['known'],
    signal: AbortSignal,
  ): Promise<FileAnswer<FileReading> & { readonly url: string }>;
}

export function createMarketData(get: FileGet, { files, acsYear }: MarketDataSettings): MarketData {
  const readers = readersOf(acsYear);
  return {
    file: (name) => files[name],
    read: (name, areas, known, signal) => askFile(get, files[name], readers[name], areas, known, signal),
  };
}

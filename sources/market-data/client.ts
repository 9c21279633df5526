import { MARKET_DATA } from '../../core/schemas/names.js';
import type { FileAnswer, FileGet, FileRequest } from '../../net/file-get.js';
import type { Areas, FileReader, FileReading } from './files/file-reader.js';
import type { MarketFile } from './settings.js';

/**
 * Asks for one file, unless the server says that it has not changed, and reads it while it comes.
 * @throws what `FileGet` and the reader throw
 */
export async function askFile(
  get: FileGet,
  file: MarketFile,
  read: FileReader,
  areas: Areas,
  known: FileRequest['known'],
  signal: AbortSignal,
): Promise<FileAnswer<FileReading> & { readonly url: string }> {
  const { name, packed, mostBytes, mostUnpackedBytes } = file;
  const url = file.url([...areas.zips].sort());
  const request: FileRequest = {
    source: MARKET_DATA,
    endpoint: name,
    url,
    known,
    packed,
    mostBytes,
    mostUnpackedBytes,
    signal,
  };
  return { ...(await get(request, (lines) => read(lines, areas))), url };
}

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** A file as it was written. */
export interface FileMark {
  readonly bytes: number;
  readonly sha256: string;
}

/** Characters that go to the packer at once: a call for each short line would cost more than the packing. */
const CHUNK_CHARACTERS = 65_536;
/** Readable for its owner alone: a backup holds what the database holds. */
const OWNER_ONLY = 0o600;

/** Writes lines as gzip and waits until they are on the disk. @returns size and SHA-256 of the file */
export async function writeLines(path: string, lines: AsyncIterable<string>): Promise<FileMark> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = createWriteStream(path, { flags: 'wx', mode: OWNER_ONLY, flush: true });
  await pipeline(
    Readable.from(inChunks(lines)),
    createGzip(),
    async function* marked(packed: AsyncIterable<Buffer>) {
      for await (const chunk of packed) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    file,
  );
  return { bytes, sha256: hash.digest('hex') };
}

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/**
 * Lines of a packed file, one by one. Split at line feeds alone: `node:readline` also splits at U+2028, which JSON leaves as it is.
 * @throws Error when it cannot be unpacked or its last line has no end
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  const unpacked = createGunzip();
  const packed = createReadStream(path).on('error', (problem) => unpacked.destroy(problem));
  packed.pipe(unpacked);
  unpacked.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of unpacked) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    packed.destroy();
  }
  if (rest !== '') throw new Error('the last line has no end');
}

/** Size and SHA-256 of a file. */
export async function markOf(path: string): Promise<FileMark> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Writes a small file, or the names in a folder when `text` is null, through to the disk. */
export async function settle(path: string, text: string | null): Promise<void> {
  const handle = await open(path, text === null ? 'r' : 'wx', OWNER_ONLY);
  try {
    if (text !== null) await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

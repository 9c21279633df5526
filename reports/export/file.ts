import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { isAlive } from '../../core/process-alive.js';

/** What was written. */
export interface Written {
  readonly bytes: number;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
}

/** Where the bytes of an export go. */
export interface Sink {
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the file whole, with its manifest beside it. */
  finish(manifestOf: (written: Written) => string): Promise<void>;
  /** Leaves nothing of it under any name. Safe to repeat, and after `finish`. */
  abandon(): Promise<void>;
}

/** Why a file could not be written, in words for a person. */
export class ExportFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExportFileError';
  }
}

/** Opens a file for writing; the default is that of Node. */
export type OpenFile = (path: string, flags: string) => Promise<Pick<FileHandle, 'write' | 'sync' | 'close'>>;

/** Path of the manifest of a file. */
export const manifestPath = (path: string): string => `${path}.manifest.json`;

/**
 * A file that is written beside its place and renamed when it is whole, so that under its name there is the old one, or the new one,
 * or none. The manifest follows; in between there is none, so that none ever speaks of another file. Parts that processes left behind
 * which are gone are removed.
 * @throws ExportFileError where the folder cannot be written to, or the disk is full
 */
export async function openFileSink(path: string, openFile: OpenFile = open): Promise<Sink> {
  await removeLeftParts(path);
  const [part, manifestPart] = [partPath(path), partPath(manifestPath(path))];
  const file = await openFile(part, 'wx').catch(failing(path));
  const hash = createHash('sha256');
  let bytes = 0;
  let isOpen = true;
  async function close(): Promise<void> {
    if (isOpen) await file.close();
    isOpen = false;
  }
  return {
    async write(chunk) {
      for (let at = 0; at < chunk.byteLength; ) {
        at += (await file.write(chunk, at).catch(failing(path))).bytesWritten;
      }
      hash.update(chunk);
      bytes += chunk.byteLength;
    },
    async finish(manifestOf) {
      await file.sync().catch(failing(path));
      await close();
      const manifest = await openFile(manifestPart, 'wx').catch(failing(path));
      try {
        await manifest.write(Buffer.from(manifestOf({ bytes, sha256: hash.digest('hex') }))).catch(failing(path));
        await manifest.sync().catch(failing(path));
      } finally {
        await manifest.close();
      }
      await rm(manifestPath(path), { force: true });
      await rename(part, path).catch(failing(path));
      await rename(manifestPart, manifestPath(path)).catch(failing(path));
    },
    async abandon() {
      await close();
      await rm(part, { force: true });
      await rm(manifestPart, { force: true });
    },
  };
}

/** A stream of another process: there is no file, and the manifest goes to `told`. */
export function streamSink(stream: Writable, told: (manifest: string) => void): Sink {
  const hash = createHash('sha256');
  let bytes = 0;
  // Each write tells its own failure; the event of the same one would end the process.
  stream.on('error', () => {});
  return {
    async write(chunk) {
      await new Promise<void>((done, fail) => {
        stream.write(chunk, (problem) => (problem ? fail(problem) : done()));
      }).catch(failing('stdout'));
      hash.update(chunk);
      bytes += chunk.byteLength;
    },
    async finish(manifestOf) {
      told(manifestOf({ bytes, sha256: hash.digest('hex') }));
    },
    async abandon() {},
  };
}

/** Name of a file that is not whole yet: hidden, and with the process that writes it. */
function partPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.part`);
}

async function removeLeftParts(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(failing(path));
  for (const base of [basename(path), basename(manifestPath(path))]) {
    for (const name of names) {
      if (!name.startsWith(`.${base}.`) || !name.endsWith('.part')) continue;
      const pid = Number(name.slice(base.length + 2, -'.part'.length));
      if (Number.isInteger(pid) && (pid === process.pid || !isAlive(pid))) await rm(join(dirname(path), name));
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than may be written here',
  EACCES: 'the folder may not be written to',
  EPERM: 'the folder may not be written to',
  EROFS: 'the disk may only be read',
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'the folder does not exist',
  EISDIR: 'it is a folder',
};

function failing(path: string): (problem: unknown) => never {
  return (problem) => {
    const code = typeof problem === 'object' && problem !== null && 'code' in problem ? String(problem.code) : '';
    const reason = REASONS[code] ?? String(problem);
    throw new ExportFileError(
      `${path} could not be written: ${reason}; nothing is left under this name of this export`,
      {
        cause: problem,
      },
    );
  };
}

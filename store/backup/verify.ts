import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackedUpCollection, BackupFault, BackupManifest } from '../../core/schemas/backup.js';
import { createTallier, documentOf, type Tally } from './content.js';
import { markOf, readLines } from './files.js';
import { MANIFEST, readManifest } from './manifest.js';

export interface VerifiedBackup {
  /** Null when there is none, or not as it was written. */
  readonly manifest: BackupManifest | null;
  /** Empty when every file is as the manifest says, and every document can be read. */
  readonly faults: readonly BackupFault[];
}

/** Compares the files of a backup with its manifest, down to the documents. Needs no database, writes nothing. */
export async function verifyBackup(folder: string, signal: AbortSignal): Promise<VerifiedBackup> {
  const files = await readdir(folder).catch((problem: unknown) => {
    if (isAbsent(problem)) return null;
    throw problem;
  });
  if (files === null) return lost({ kind: 'missing', at: folder, wrong: 'there is no such folder' });
  if (!files.includes(MANIFEST))
    return lost({ kind: 'missing', at: MANIFEST, wrong: 'the backup was never completed, or lost its manifest' });
  const manifest = readManifest(await readFile(join(folder, MANIFEST), 'utf8'));
  if (manifest === null) return lost({ kind: 'changed', at: MANIFEST, wrong: 'it is not as it was written' });
  const known = new Set([MANIFEST, ...manifest.collections.map(({ file }) => file)]);
  const faults: BackupFault[] = files
    .filter((file) => !known.has(file))
    .map((file) => ({ kind: 'extra', at: file, wrong: 'the manifest does not name it' }));
  for (const collection of manifest.collections) {
    signal.throwIfAborted();
    const fault = files.includes(collection.file)
      ? await faultOf(join(folder, collection.file), collection)
      : { kind: 'missing' as const, at: collection.file, wrong: 'the manifest names it' };
    if (fault !== null) faults.push(fault);
  }
  return { manifest, faults };
}

/** Documents that are not those of the manifest; null when they are. */
export function tallyFault(at: string, expected: Tally, found: Tally): BackupFault | null {
  if (found.documents !== expected.documents)
    return { kind: 'count', at, wrong: `${found.documents} documents instead of ${expected.documents}` };
  if (found.contentHash !== expected.contentHash)
    return { kind: 'content', at, wrong: `${found.documents} documents, but not the same ones` };
  return null;
}

async function faultOf(path: string, collection: BackedUpCollection): Promise<BackupFault | null> {
  const { file: at, bytes, sha256 } = collection;
  const mark = await markOf(path);
  if (mark.bytes < bytes) return { kind: 'truncated', at, wrong: `${mark.bytes} bytes instead of ${bytes}` };
  if (mark.sha256 !== sha256) return { kind: 'changed', at, wrong: 'its SHA-256 is not that of the manifest' };
  const tallier = createTallier();
  try {
    for await (const line of readLines(path)) {
      documentOf(line);
      tallier.add(line);
    }
  } catch (problem) {
    return { kind: 'unreadable', at, wrong: problem instanceof Error ? problem.message : String(problem) };
  }
  return tallyFault(at, collection, tallier.total());
}

function lost(fault: BackupFault): VerifiedBackup {
  return { manifest: null, faults: [fault] };
}

function isAbsent(problem: unknown): boolean {
  return problem instanceof Error && 'code' in problem && (problem.code === 'ENOENT' || problem.code === 'ENOTDIR');
}

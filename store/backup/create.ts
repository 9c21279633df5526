import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Db, Document } from 'mongodb';
import { productVersion } from '../../core/paths.js';
import type { BackedUpCollection, BackupManifest } from '../../core/schemas/backup.js';
import type { Mode } from '../../core/schemas/names.js';
import type { RunDocument } from '../documents.js';
import { PERSONAL_FACTS } from '../personal-facts.js';
import { createTallier, lineOf, readDocuments } from './content.js';
import { settle, writeLines } from './files.js';
import { MANIFEST, manifestText, readManifest } from './manifest.js';
import { inReadingOrder, RESTORES, WINDOW_PAGES, WINDOWS } from './order.js';

export interface CreateOptions {
  /** Folder that the backup becomes; it must not be there yet. */
  readonly folder: string;
  readonly mode: Mode;
  /** Personal values leave the database only when this is true. */
  readonly withPersonal: boolean;
  readonly signal: AbortSignal;
  /** Told after each collection, before the next is read. */
  onCollection(collection: BackedUpCollection): void | Promise<void>;
}

/** What was made, or why nothing was. */
export type CreateResult =
  | { readonly status: 'done'; readonly manifest: BackupManifest }
  | { readonly status: 'refused'; readonly reason: string };

/**
 * Writes every collection of a database into a folder, one packed file each, with a manifest. It grows under another name
 * (`<folder>.partial-<process>`) and gets its own when it is whole and on the disk; after a failure nothing is left, after a kill the
 * partial folder without a manifest. Holds one batch of documents, and the ids of the windows, in memory.
 */
export async function createBackup(db: Db, options: CreateOptions): Promise<CreateResult> {
  const { folder } = options;
  if (existsSync(folder)) return { status: 'refused', reason: `${folder} is there already` };
  const draft = `${folder}.partial-${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    const manifest = await fillDraft(db, draft, options);
    await rename(draft, folder);
    await settle(dirname(folder), null);
    return { status: 'done', manifest };
  } catch (problem) {
    await rm(draft, { recursive: true, force: true });
    throw problem;
  }
}

async function fillDraft(db: Db, draft: string, { mode, withPersonal, signal, onCollection }: CreateOptions) {
  const startedAt = new Date().toISOString();
  const runsUnderWay = await db.collection<RunDocument>('runs').countDocuments({ status: 'running' });
  const there = (await db.listCollections({}, { nameOnly: true }).toArray())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.') && name !== RESTORES);
  const leftOut = withPersonal ? [] : [PERSONAL_FACTS].filter((name) => there.includes(name));
  const windows = new WindowFilter();
  const collections: BackedUpCollection[] = [];
  for (const name of inReadingOrder(there.filter((one) => !leftOut.some((name) => name === one)))) {
    const collection = await dump(db, draft, name, windows, signal);
    collections.push(collection);
    await onCollection(collection);
  }
  const endedAt = new Date().toISOString();
  const text = manifestText({
    schemaVersion: 1,
    productVersion: productVersion(),
    mode,
    database: db.databaseName,
    startedAt,
    endedAt,
    consistency: 'ordered-reads',
    runsUnderWay,
    leftOut,
    pagesLeftOut: windows.pagesLeftOut,
    collections,
  });
  const manifest = readManifest(text);
  if (manifest === null) throw new Error('the manifest of the backup does not read back');
  await settle(join(draft, MANIFEST), text);
  await settle(draft, null);
  return manifest;
}

async function dump(
  db: Db,
  draft: string,
  name: string,
  windows: WindowFilter,
  signal: AbortSignal,
): Promise<BackedUpCollection> {
  const tallier = createTallier();
  const file = `${encodeURIComponent(name)}.ejsonl.gz`;
  const lines = async function* () {
    for await (const document of readDocuments(db, name, signal)) {
      if (!windows.keeps(name, document)) continue;
      const line = lineOf(document);
      tallier.add(line);
      yield line;
    }
  };
  const mark = await writeLines(join(draft, file), lines());
  return { name, file, ...tallier.total(), ...mark };
}

/** Knows the windows that are in the backup, and keeps pages of others out of it. */
class WindowFilter {
  readonly #ids = new Set<unknown>();
  pagesLeftOut = 0;

  keeps(collection: string, document: Document): boolean {
    if (collection === WINDOWS) this.#ids.add(document._id);
    if (collection !== WINDOW_PAGES || this.#ids.has(document.windowId)) return true;
    this.pagesLeftOut += 1;
    return false;
  }
}

import { join } from 'node:path';
import type { Db, Document } from 'mongodb';
import type { BackedUpCollection, BackupFault, BackupManifest } from '../../core/schemas/backup.js';
import { DATABASE_OF } from '../../core/schemas/names.js';
import { initDatabase } from '../database.js';
import { MIGRATIONS_COLLECTION } from '../migrations/state.js';
import { documentOf, tallyOf } from './content.js';
import { readLines } from './files.js';
import { RESTORES } from './order.js';
import { tallyFault, verifyBackup } from './verify.js';

/** `restores`: the restore that a database came from. */
export interface RestoreDocument {
  readonly _id: 'restore';
  /** Database and time of the backup. */
  readonly database: string;
  readonly backupEndedAt: Date;
  readonly startedAt: Date;
  /** Moved forward while it is at work. */
  readonly beatAt: Date;
  /** Null until all was read back and found equal. */
  readonly endedAt: Date | null;
}

export interface RestoreOptions {
  readonly folder: string;
  /** Drops what a restore left that did not end; nothing else is ever dropped. */
  readonly dropIncomplete: boolean;
  readonly signal: AbortSignal;
  /** Told after each collection was written. */
  onCollection(collection: BackedUpCollection): void;
}

/** `faulty`: the files are not whole, nothing was written. `differs`: what was read back is not what was written. */
export type RestoreResult =
  | { readonly status: 'done'; readonly manifest: BackupManifest }
  | { readonly status: 'refused'; readonly reason: string }
  | { readonly status: 'faulty' | 'differs'; readonly faults: readonly BackupFault[] };

const BEAT_MS = 5_000;
/** Without a beat for so long, a restore is over. */
const SILENT_MS = 30_000;
/** Documents and characters of one write at most; a message of MongoDB may have 48 MB. */
const BATCH = { documents: 500, characters: 4_000_000 };

/**
 * Restores a backup into an empty database: verifies the files, writes the documents, reads all of them back and compares, then makes
 * validators and indexes. Those come last: a rule that is younger than a document must not keep it out, and a TTL index must not
 * take it away before it was compared. Broken off at any moment, the database says so, and a repeat is refused until that rest is dropped.
 */
export async function restoreBackup(db: Db, options: RestoreOptions): Promise<RestoreResult> {
  const { folder, dropIncomplete, signal } = options;
  const { manifest, faults } = await verifyBackup(folder, signal);
  if (manifest === null || faults.length > 0) return { status: 'faulty', faults };
  const reason = foreignMode(db, manifest) ?? (await makeRoom(db, dropIncomplete));
  if (reason !== null) return { status: 'refused', reason };
  const startedAt = new Date();
  await db.collection<RestoreDocument>(RESTORES).insertOne({
    _id: 'restore',
    database: manifest.database,
    backupEndedAt: new Date(manifest.endedAt),
    startedAt,
    beatAt: startedAt,
    endedAt: null,
  });
  const differences = await whileBeating(db, async () => {
    for (const collection of manifest.collections) {
      await writeCollection(db, folder, collection, signal);
      options.onCollection(collection);
    }
    return compare(db, manifest, signal);
  });
  if (differences.length > 0) return { status: 'differs', faults: differences };
  await initDatabase(db);
  await db.collection<RestoreDocument>(RESTORES).updateOne({ _id: 'restore' }, { $set: { endedAt: new Date() } });
  return { status: 'done', manifest };
}

/** Tells others that the restore is at work, for as long as it is. */
async function whileBeating<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const restores = db.collection<RestoreDocument>(RESTORES);
  let beating: Promise<unknown> = Promise.resolve();
  const beat = setInterval(() => {
    // One that does not come through is no failure: the work has its own, and without beats the restore counts as over.
    beating = restores.updateOne({ _id: 'restore' }, { $set: { beatAt: new Date() } }).catch(() => undefined);
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await beating; // else it could come after the database was dropped, and make it anew
  }
}

function foreignMode(db: Db, { mode }: BackupManifest): string | null {
  const owner = Object.entries(DATABASE_OF).find(([, name]) => name === db.databaseName);
  if (owner === undefined || owner[0] === mode) return null;
  return `the backup is of mode ${mode}, and ${db.databaseName} is the database of mode ${owner[0]}`;
}

/** Makes the database empty where that loses nothing. @returns why it cannot; null when it is empty */
async function makeRoom(db: Db, dropIncomplete: boolean): Promise<string | null> {
  const name = db.databaseName;
  const rest = await db.collection<RestoreDocument>(RESTORES).findOne({ endedAt: null });
  if (rest !== null) {
    const began = `a restore into ${name} that began at ${rest.startedAt.toISOString()}`;
    if (Date.now() - rest.beatAt.getTime() < SILENT_MS) return `${began} is under way, or broke off less than 30 s ago`;
    if (!dropIncomplete) return `${began} never ended: what is there is not whole`;
    await db.dropDatabase();
    return null;
  }
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map((one) => one.name);
  for (const one of names.filter((one) => one !== MIGRATIONS_COLLECTION)) {
    const document = await db.collection(one).findOne({}, { projection: { _id: 1 } });
    if (document !== null) return `${name} is not empty: ${one} holds documents`;
  }
  for (const one of names) await db.collection(one).drop();
  return null;
}

async function writeCollection(db: Db, folder: string, { name, file }: BackedUpCollection, signal: AbortSignal) {
  const collection = db.collection(name);
  let batch: Document[] = [];
  let characters = 0;
  const write = async () => {
    signal.throwIfAborted();
    if (batch.length > 0) await collection.insertMany(batch);
    batch = [];
    characters = 0;
  };
  for await (const line of readLines(join(folder, file))) {
    batch.push(documentOf(line));
    characters += line.length;
    if (batch.length >= BATCH.documents || characters >= BATCH.characters) await write();
  }
  await write();
}

async function compare(db: Db, { collections }: BackupManifest, signal: AbortSignal): Promise<readonly BackupFault[]> {
  const faults: BackupFault[] = [];
  for (const collection of collections) {
    const fault = tallyFault(collection.name, collection, await tallyOf(db, collection.name, signal));
    if (fault !== null) faults.push(fault);
  }
  return faults;
}

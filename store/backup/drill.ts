import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Db } from 'mongodb';
import { assertNever } from '../../core/assert.js';
import type { Mode } from '../../core/schemas/names.js';
import { createBackup } from './create.js';
import { type RestoreResult, restoreBackup } from './restore.js';

/** `backup_drills`: one rehearsal of backup and restore. Never changed after it is written. */
export interface BackupDrillDocument {
  readonly _id: string;
  readonly at: Date;
  /** True when the restored database was equal to the backup. */
  readonly ok: boolean;
  /** Why not, a sentence each; empty when it was. */
  readonly problems: readonly string[];
  /** Collections, documents and bytes of the backup. */
  readonly collections: number;
  readonly documents: number;
  readonly bytes: number;
  readonly createMs: number;
  /** Restore with the comparison; 0 when it was not reached. */
  readonly restoreMs: number;
}

export interface DrillOptions {
  /** Folder for the backup; removed at the end. */
  readonly folder: string;
  readonly mode: Mode;
  readonly withPersonal: boolean;
  readonly signal: AbortSignal;
  /** Told at each step. */
  onStep(sentence: string): void;
}

type Outcome = Omit<BackupDrillDocument, '_id' | 'at'>;

/**
 * Makes a backup, restores it into `<database>_drill` on the same server, compares, drops that database and the files, and keeps the
 * outcome. What a drill left that was killed is dropped by the next one.
 */
export async function drillBackup(db: Db, options: DrillOptions): Promise<BackupDrillDocument> {
  const at = new Date();
  const outcome = await rehearse(db, options).finally(() => rm(options.folder, { recursive: true, force: true }));
  const drill: BackupDrillDocument = { _id: `${at.toISOString()}|${randomUUID()}`, at, ...outcome };
  await db.collection<BackupDrillDocument>('backup_drills').insertOne(drill);
  return drill;
}

async function rehearse(db: Db, { folder, mode, withPersonal, signal, onStep }: DrillOptions): Promise<Outcome> {
  const createFromMs = Date.now();
  const backup = await createBackup(db, { folder, mode, withPersonal, signal, onCollection: () => undefined });
  const createMs = Date.now() - createFromMs;
  const { collections } = backup.status === 'done' ? backup.manifest : { collections: [] };
  const documents = collections.reduce((sum, one) => sum + one.documents, 0);
  const bytes = collections.reduce((sum, one) => sum + one.bytes, 0);
  const made = { collections: collections.length, documents, bytes, createMs };
  if (backup.status === 'refused') return { ok: false, problems: [backup.reason], ...made, restoreMs: 0 };
  onStep(`${documents} documents are backed up`);
  const restoreFromMs = Date.now();
  const restored = await restoreAndDrop(db.client.db(`${db.databaseName}_drill`), folder, signal);
  const problems = problemsOf(restored);
  return { ok: problems.length === 0, problems, ...made, restoreMs: Date.now() - restoreFromMs };
}

async function restoreAndDrop(target: Db, folder: string, signal: AbortSignal): Promise<RestoreResult> {
  const options = { folder, dropIncomplete: true, signal, onCollection: () => undefined };
  const restored = await restoreBackup(target, options).catch(async (problem: unknown) => {
    await target.dropDatabase();
    throw problem;
  });
  // A refused one is not ours to drop: another drill is at work there, or somebody keeps something under that name.
  if (restored.status !== 'refused') await target.dropDatabase();
  return restored;
}

function problemsOf(restored: RestoreResult): readonly string[] {
  switch (restored.status) {
    case 'done':
      return [];
    case 'refused':
      return [restored.reason];
    case 'faulty':
    case 'differs':
      return restored.faults.map(({ kind, at, wrong }) => `${kind}: ${at}: ${wrong}`);
    default:
      return assertNever(restored, 'end of a restore');
  }
}

import { join, resolve } from 'node:path';
import type { Config } from '../../core/config.js';
import type { BackupFault, BackupManifest } from '../../core/schemas/backup.js';
import { createBackup } from '../../store/backup/create.js';
import { drillBackup } from '../../store/backup/drill.js';
import { restoreBackup } from '../../store/backup/restore.js';
import { verifyBackup } from '../../store/backup/verify.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';

export interface CreateFlags {
  readonly to?: string;
  readonly withPersonal?: true;
}

export interface RestoreFlags {
  readonly into: string;
  readonly dropIncomplete?: true;
}

/** Exit code of a check that found a problem. */
const FOUND = 3;
/** What MongoDB takes on every system as the name of a database, and nothing that needs quotes. */
const DATABASE_NAME = /^[A-Za-z0-9_-]{1,60}$/;
const RESERVED = ['admin', 'local', 'config'];

/** Makes a backup of the mode's database. @throws CliError (Refused) when the folder is there already */
export async function createOne(context: CliContext, flags: CreateFlags): Promise<number> {
  const { config } = await readSetting(context);
  const folder = resolve(flags.to ?? backupFolder(config, config.database));
  const startedMs = Date.now();
  const result = await withDatabase(config, (db) =>
    createBackup(db, {
      folder,
      mode: config.mode,
      withPersonal: flags.withPersonal === true,
      signal: context.signal,
      onCollection: ({ name, documents }) => context.out.note(`${name}: ${documents}`),
    }),
  );
  if (result.status === 'refused') throw new CliError('Refused', result.reason, 'name another folder with --to');
  const { manifest } = result;
  const ms = Date.now() - startedMs;
  const totals = totalsOf(manifest);
  context.out.data(`${folder}\n${totals.documents} documents, ${sizeOf(totals.bytes)}, ${secondsOf(ms)}`);
  if (manifest.leftOut.length > 0)
    context.out.data(`left out: ${manifest.leftOut.join(', ')} (--with-personal takes personal values along)`);
  if (manifest.runsUnderWay > 0)
    context.out.warn(
      `${manifest.runsUnderWay} runs were under way: nothing in it points to what is missing, but the last minutes are there in part`,
    );
  const { seal: _seal, collections: _collections, ...about } = manifest;
  context.out.document({ schemaVersion: 1, folder, ms, ...totals, about });
  return 0;
}

/** Checks a backup. @returns 3 when something is wrong with it */
export async function verifyOne(context: CliContext, given: string): Promise<number> {
  const folder = resolve(given);
  const { manifest, faults } = await verifyBackup(folder, context.signal);
  context.out.document({ schemaVersion: 1, folder, ok: faults.length === 0, faults });
  if (faults.length > 0 || manifest === null) return showFaults(context, faults);
  const { documents, bytes } = totalsOf(manifest);
  context.out.data(
    `whole: ${manifest.database} of ${manifest.endedAt}, ${manifest.collections.length} collections, ${documents} documents, ${sizeOf(bytes)}`,
  );
  return 0;
}

/**
 * Restores a backup and compares.
 * @returns 3 when the backup is not whole, or what was read back differs
 * @throws CliError (UsageError) for a name that is none, (Refused) when the database is not empty
 */
export async function restoreOne(context: CliContext, given: string, flags: RestoreFlags): Promise<number> {
  const { into } = flags;
  if (!DATABASE_NAME.test(into) || RESERVED.includes(into))
    throw new CliError('UsageError', `--into must be the name of a database of its own, not "${into}"`);
  const { config } = await readSetting(context);
  const folder = resolve(given);
  const startedMs = Date.now();
  const result = await withDatabase({ ...config, database: into }, (db) =>
    restoreBackup(db, {
      folder,
      dropIncomplete: flags.dropIncomplete === true,
      signal: context.signal,
      onCollection: ({ name, documents }) => context.out.note(`${name}: ${documents}`),
    }),
  );
  if (result.status === 'refused')
    throw new CliError(
      'Refused',
      result.reason,
      'name an empty database with --into; --drop-incomplete drops the rest of a restore that never ended, and nothing else',
    );
  const ms = Date.now() - startedMs;
  const ok = result.status === 'done';
  const faults = ok ? [] : result.faults;
  const totals = ok ? totalsOf(result.manifest) : null;
  context.out.document({ schemaVersion: 1, folder, database: into, ok, ms, faults, totals });
  if (totals === null) return showFaults(context, faults);
  context.out.data(
    `${into}: ${totals.documents} documents restored, read back and equal to the backup, ${secondsOf(ms)}`,
  );
  return 0;
}

/** Rehearses backup and restore. @returns 3 when the restored database was not equal, or was not made */
export async function drill(context: CliContext, flags: Pick<CreateFlags, 'withPersonal'>): Promise<number> {
  const { config } = await readSetting(context);
  const { _id, at, ...outcome } = await withDatabase(config, (db) =>
    drillBackup(db, {
      folder: backupFolder(config, 'drill'),
      mode: config.mode,
      withPersonal: flags.withPersonal === true,
      signal: context.signal,
      onStep: (sentence) => context.out.note(sentence),
    }),
  );
  const { ok, problems, documents, bytes, createMs, restoreMs } = outcome;
  context.out.document({ schemaVersion: 1, id: _id, at: at.toISOString(), ...outcome });
  context.out.data(
    `${ok ? 'restored and equal' : 'not equal'}: ${documents} documents, ${sizeOf(bytes)}, backup ${secondsOf(createMs)}, restore ${secondsOf(restoreMs)}`,
  );
  for (const problem of problems) context.out.data(problem);
  return ok ? 0 : FOUND;
}

function showFaults({ out }: CliContext, faults: readonly BackupFault[]): number {
  for (const { kind, at, wrong } of faults) out.data(`${kind}  ${at}: ${wrong}`);
  return FOUND;
}

function backupFolder(config: Config, name: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return join(config.dataFolder, 'backups', `${name}-${time}`);
}

function totalsOf({ collections }: BackupManifest): { readonly documents: number; readonly bytes: number } {
  return {
    documents: collections.reduce((sum, one) => sum + one.documents, 0),
    bytes: collections.reduce((sum, one) => sum + one.bytes, 0),
  };
}

const sizeOf = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
const secondsOf = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

import { migrateUp, rehearseUp, undoLast } from '../../store/migrations/runner.js';
import { migrationStatus } from '../../store/migrations/state.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';

export interface MigrateFlags {
  readonly dryRun?: true;
}

/** Exit code of a check that found a problem. */
const FOUND = 3;

/** How each migration stands. @returns 3 when one is not applied, or unknown to this version */
export async function showMigrations(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const rows = await withDatabase(config, (db) => migrationStatus(db));
  const shown = rows.map(({ id, state, endedAt, title }) => [id, state, endedAt?.toISOString() ?? '-', title ?? '-']);
  context.out.data(columnsOf([['MIGRATION', 'STATE', 'SINCE', 'WHAT'], ...shown]));
  context.out.document({
    schemaVersion: 1,
    database: config.database,
    migrations: rows.map(({ beganAt, endedAt, ...row }) => ({
      ...row,
      beganAt: beganAt?.toISOString() ?? null,
      endedAt: endedAt?.toISOString() ?? null,
    })),
  });
  return rows.every(({ state }) => state === 'applied' || state === 'made-with') ? 0 : FOUND;
}

/** Applies what is missing, or says what would be done. @throws CliError (Refused) while another one is at work */
export async function applyMigrations(context: CliContext, { dryRun }: MigrateFlags): Promise<number> {
  const { config } = await readSetting(context);
  const done = await withDatabase(config, (db) =>
    dryRun === true ? rehearseUp(db) : migrateUp(db, optionsOf(context)),
  );
  const { database } = config;
  if (done === null) throw busy(database);
  for (const { id, documents } of done)
    context.out.data(`${id}: ${documents} documents ${dryRun === true ? 'would change' : 'changed'}`);
  if (done.length === 0) context.out.data(`${database}: nothing is missing`);
  context.out.document({ schemaVersion: 1, database, dryRun: dryRun === true, migrations: done });
  return 0;
}

/** Takes back the last migration. @throws CliError (Refused) while another one is at work, or when there is none to take back */
export async function undoMigration(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const { database } = config;
  const undone = await withDatabase(config, (db) => undoLast(db, optionsOf(context)));
  if (undone === null) throw busy(database);
  if (undone.status === 'nothing')
    throw new CliError(
      'Refused',
      `${database} has no migration that can be taken back: it was made in its present form`,
    );
  const { id, documents, kept } = undone;
  const changed = kept === 0 ? '' : `; ${kept} were changed again since and stay as they are`;
  context.out.data(`${id} is taken back: ${documents} documents are as they were${changed}`);
  context.out.document({ schemaVersion: 1, database, id, documents, kept });
  return 0;
}

function optionsOf({ signal, out }: CliContext) {
  return { signal, onBatch: (id: string, documents: number) => out.note(`${id}: ${documents} documents`) };
}

function busy(database: string): CliError {
  return new CliError(
    'Refused',
    `another migration of ${database} is at work`,
    'wait until it has ended, then do it again',
  );
}

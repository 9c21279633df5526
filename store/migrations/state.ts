import type { Db } from 'mongodb';
import { BadConfig } from '../../core/errors.js';
import { MIGRATIONS } from './index.js';
import type { Migration } from './migration.js';

/** Where migrations are noted; a new database has them all. */
export const MIGRATIONS_COLLECTION = 'migrations';

/** `migrations`: how far a migration is. */
export interface MigrationDocument {
  readonly _id: string;
  /** `begun`: broken off, or at work. `made-with`: the database was made in the form that it leads to. */
  readonly state: 'begun' | 'applied' | 'made-with';
  readonly checksum: string;
  readonly beganAt: Date;
  readonly endedAt: Date | null;
}

export const migrationsOf = (db: Db) => db.collection<MigrationDocument>(MIGRATIONS_COLLECTION);

export async function readApplied(db: Db): Promise<ReadonlyMap<string, MigrationDocument>> {
  const rows = await migrationsOf(db).find().toArray();
  return new Map(rows.map((row) => [row._id, row]));
}

/** Those that are not applied, or not to their end. */
export function pendingOf(
  applied: ReadonlyMap<string, MigrationDocument>,
  list: readonly Migration[] = MIGRATIONS,
): readonly Migration[] {
  return list.filter(({ id }) => (applied.get(id)?.state ?? 'begun') === 'begun');
}

export interface MigrationStatus {
  readonly id: string;
  readonly title: string | null;
  /** `unknown`: of a newer version of the product. `edited`: applied in another form than this version has. */
  readonly state: MigrationDocument['state'] | 'missing' | 'unknown' | 'edited';
  readonly beganAt: Date | null;
  readonly endedAt: Date | null;
}

/** Every migration of the list, and those of the database that the list does not have. */
export async function migrationStatus(
  db: Db,
  list: readonly Migration[] = MIGRATIONS,
): Promise<readonly MigrationStatus[]> {
  const applied = await readApplied(db);
  const known = list.map(({ id, title, checksum }): MigrationStatus => {
    const row = applied.get(id);
    const state = row === undefined ? 'missing' : row.checksum === checksum ? row.state : 'edited';
    return { id, title, state, beganAt: row?.beganAt ?? null, endedAt: row?.endedAt ?? null };
  });
  const names = new Set(list.map(({ id }) => id));
  const unknown = [...applied.values()]
    .filter(({ _id }) => !names.has(_id))
    .map(({ _id: id, beganAt, endedAt }): MigrationStatus => ({ id, title: null, state: 'unknown', beganAt, endedAt }));
  return [...known, ...unknown];
}

/**
 * Notes migrations that find nothing to change: what the database holds, if anything, was made in the form they lead to. It stops at
 * the first with work to do. A repeat changes nothing.
 */
export async function noteMigrationsWithoutWork(db: Db, list: readonly Migration[] = MIGRATIONS): Promise<void> {
  const applied = await readApplied(db);
  for (const { id, checksum, changes } of pendingOf(applied, list)) {
    if (applied.has(id) || (await hasWork(changes(db)))) return;
    const at = new Date();
    const row: Omit<MigrationDocument, '_id'> = { state: 'made-with', checksum, beganAt: at, endedAt: at };
    await migrationsOf(db).updateOne({ _id: id }, { $setOnInsert: row }, { upsert: true });
  }
}

async function hasWork(batches: AsyncIterable<readonly unknown[]>): Promise<boolean> {
  for await (const batch of batches) if (batch.length > 0) return true;
  return false;
}

/**
 * Refuses a database in another form than this version of the product works on.
 * @throws BadConfig naming what is missing, or there too much, and the command
 */
export async function assertMigrated(db: Db, list: readonly Migration[] = MIGRATIONS): Promise<void> {
  const faults = (await migrationStatus(db, list)).flatMap(({ id, state }) => {
    switch (state) {
      case 'missing':
        return [
          `${db.databaseName} lacks migration ${id}; phx db migrate up applies it, in a local stack after phx stack up --database-only`,
        ];
      case 'begun':
        return [`migration ${id} of ${db.databaseName} was broken off; phx db migrate up goes on with it`];
      case 'unknown':
        return [
          `${db.databaseName} has migration ${id} of a newer version; update the product, or run phx db migrate undo with that version`,
        ];
      case 'edited':
        return [`migration ${id} of ${db.databaseName} was applied in another form; phx db migrate status shows when`];
      default:
        return [];
    }
  });
  if (faults.length > 0) throw new BadConfig(faults);
}

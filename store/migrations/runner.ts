import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyBulkWriteOperation, ClientSession, Db, Document } from 'mongodb';
import { type Lease, takeLease } from '../leases.js';
import { MIGRATIONS } from './index.js';
import type { DocumentChange, Migration } from './migration.js';
import { type MigrationDocument, migrationsOf, pendingOf, readApplied } from './state.js';

/** `migration_undo`: what a field was before a migration. */
interface UndoDocument {
  /** Migration, collection and id. */
  readonly _id: string;
  readonly migration: string;
  readonly collection: string;
  readonly id: string;
  readonly before: Readonly<Document>;
  /** Fields that were not there. */
  readonly absent: readonly string[];
  readonly set: Readonly<Document>;
}

export interface MigrateOptions {
  readonly signal: AbortSignal;
  /** Told after each batch how many documents of a migration are done in this call. */
  onBatch(migration: string, documents: number): void;
}

export interface Migrated {
  readonly id: string;
  readonly documents: number;
}

/** What an undo did. `kept`: documents that were changed again since, and stay as they are. `nothing`: the database was made like this. */
export type Undone =
  | { readonly status: 'done'; readonly id: string; readonly documents: number; readonly kept: number }
  | { readonly status: 'nothing' };

/** How long a second one waits for the first. A holder that was killed is over before that. */
const WAIT_MS = 15_000;
const WAIT_STEP_MS = 500;
const UNDO_BATCH = 200;

/** What `migrateUp` would do: documents by migration. Writes nothing. */
export async function rehearseUp(db: Db, list: readonly Migration[] = MIGRATIONS): Promise<readonly Migrated[]> {
  const planned: Migrated[] = [];
  for (const migration of pendingOf(await readApplied(db), list)) {
    let documents = 0;
    for await (const batch of migration.changes(db)) documents += batch.length;
    planned.push({ id: migration.id, documents });
  }
  return planned;
}

/**
 * Applies what is not applied yet, in order. Each batch is one transaction with what was there before, so it may be broken off at any
 * moment and begun again.
 * @returns null when another one is at work and does not end
 */
export function migrateUp(
  db: Db,
  { signal, onBatch }: MigrateOptions,
  list: readonly Migration[] = MIGRATIONS,
): Promise<readonly Migrated[] | null> {
  return withLease(db, signal, async (lease) => {
    const done: Migrated[] = [];
    for (const migration of pendingOf(await readApplied(db), list)) {
      done.push({ id: migration.id, documents: await applyOne(db, lease, migration, signal, onBatch) });
    }
    return done;
  });
}

async function applyOne(
  db: Db,
  lease: Lease,
  { id, checksum, changes }: Migration,
  signal: AbortSignal,
  onBatch: MigrateOptions['onBatch'],
): Promise<number> {
  const begun: Omit<MigrationDocument, '_id'> = { state: 'begun', checksum, beganAt: new Date(), endedAt: null };
  await migrationsOf(db).updateOne({ _id: id }, { $setOnInsert: begun }, { upsert: true });
  let documents = 0;
  for await (const batch of changes(db)) {
    signal.throwIfAborted();
    await inTransaction(db, lease, (session) => changeBatch(db, session, id, batch));
    documents += batch.length;
    onBatch(id, documents);
  }
  await inTransaction(db, lease, async (session) => {
    const ended = { state: 'applied', checksum, endedAt: new Date() } as const;
    await migrationsOf(db).updateOne({ _id: id }, { $set: ended }, { session });
  });
  return documents;
}

async function changeBatch(
  db: Db,
  session: ClientSession,
  migration: string,
  batch: readonly DocumentChange[],
): Promise<void> {
  for (const collection of new Set(batch.map((change) => change.collection))) {
    const changes = new Map(batch.filter((change) => change.collection === collection).map((one) => [one.id, one.set]));
    const rows = db.collection<Document & { _id: string }>(collection);
    const found = await rows.find({ _id: { $in: [...changes.keys()] } }, { session }).toArray();
    const undo = found.map((row) => undoOf(migration, collection, row, changes.get(row._id) ?? {}));
    if (undo.length === 0) continue;
    // What was there first counts, should a process of the former version have written the former form once more.
    await db.collection<UndoDocument>('migration_undo').bulkWrite(
      undo.map(({ _id, ...kept }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: kept }, upsert: true },
      })),
      { session },
    );
    await rows.bulkWrite(
      undo.map(({ id, set }) => ({ updateOne: { filter: { _id: id }, update: { $set: set } } })),
      { session },
    );
  }
}

function undoOf(
  migration: string,
  collection: string,
  row: Document & { readonly _id: string },
  set: Readonly<Document>,
): UndoDocument {
  const names = Object.keys(set);
  return {
    _id: `${migration}|${collection}|${row._id}`,
    migration,
    collection,
    id: row._id,
    before: Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name]])),
    absent: names.filter((name) => !(name in row)),
    set,
  };
}

/** Takes back the last migration, one that was broken off too. @returns null when another one is at work and does not end */
export function undoLast(
  db: Db,
  { signal, onBatch }: MigrateOptions,
  list: readonly Migration[] = MIGRATIONS,
): Promise<Undone | null> {
  return withLease(db, signal, async (lease) => {
    const applied = await readApplied(db);
    const last = list.findLast(({ id }) => applied.has(id));
    if (last === undefined || applied.get(last.id)?.state === 'made-with') return { status: 'nothing' };
    await migrationsOf(db).updateOne({ _id: last.id }, { $set: { state: 'begun', endedAt: null } });
    let documents = 0;
    let kept = 0;
    for (;;) {
      const batch = await db
        .collection<UndoDocument>('migration_undo')
        .find({ migration: last.id })
        .sort({ _id: 1 })
        .limit(UNDO_BATCH)
        .toArray();
      if (batch.length === 0) break;
      signal.throwIfAborted();
      const restored = await inTransaction(db, lease, (session) => restoreBatch(db, session, batch));
      documents += restored;
      kept += batch.length - restored;
      onBatch(last.id, documents);
    }
    await inTransaction(db, lease, async (session) => {
      await migrationsOf(db).deleteOne({ _id: last.id }, { session });
    });
    return { status: 'done', id: last.id, documents, kept };
  });
}

async function restoreBatch(db: Db, session: ClientSession, batch: readonly UndoDocument[]): Promise<number> {
  let restored = 0;
  for (const collection of new Set(batch.map((undo) => undo.collection))) {
    const own = batch.filter((undo) => undo.collection === collection);
    const { matchedCount } = await db
      .collection<Document & { _id: string }>(collection)
      .bulkWrite(own.map(restoreOne), { session });
    restored += matchedCount;
  }
  const ids = batch.map(({ _id }) => _id);
  await db.collection<UndoDocument>('migration_undo').deleteMany({ _id: { $in: ids } }, { session });
  return restored;
}

/** What the product changed since is its own, and is not found by this. */
function restoreOne({ id, before, absent, set }: UndoDocument): AnyBulkWriteOperation<Document & { _id: string }> {
  const $unset = Object.fromEntries(absent.map((name) => [name, '']));
  const update = {
    ...(Object.keys(before).length > 0 ? { $set: before } : {}),
    ...(absent.length > 0 ? { $unset } : {}),
  };
  return { updateOne: { filter: { ...set, _id: id }, update } };
}

async function inTransaction<T>(db: Db, lease: Lease, work: (session: ClientSession) => Promise<T>): Promise<T> {
  lease.signal.throwIfAborted();
  return db.client.withSession((session) =>
    session.withTransaction(async () => {
      await lease.assertHeld(session);
      return work(session);
    }),
  );
}

async function withLease<T>(db: Db, signal: AbortSignal, work: (lease: Lease) => Promise<T>): Promise<T | null> {
  for (const endMs = performance.now() + WAIT_MS; ; ) {
    const lease = await takeLease(db, 'migrations');
    if (lease !== null) {
      try {
        return await work(lease);
      } finally {
        await lease.release();
      }
    }
    if (performance.now() > endMs) return null;
    await sleep(WAIT_STEP_MS, undefined, { signal });
  }
}

import { type Db, MongoBulkWriteError, MongoClient, MongoError } from 'mongodb';
import { BadConfig, StoreUnavailable } from '../core/errors.js';
import { COLLECTIONS, validatorOf } from './collections.js';
import { noteMigrationsWithoutWork } from './migrations/state.js';

/** An open connection to the database of one mode. */
export interface Database {
  readonly db: Db;
  readonly client: MongoClient;
  close(): Promise<void>;
}

const SELECTION_TIMEOUT_MS = 5_000;
/** MongoDB's codes, from its manual's error code list (read 2026-11). */
const NAMESPACE_EXISTS = 48;
const DUPLICATE_KEY = 11_000;
const CURSOR_NOT_FOUND = 43;

/**
 * Connects, and checks that transactions will work.
 * @param watch gets the client before it connects, to listen to its events
 * @throws StoreUnavailable when no server answers within 5 s; BadConfig when it is not a replica set
 */
export async function openDatabase(
  url: string,
  name: string,
  watch: (client: MongoClient) => void = () => undefined,
): Promise<Database> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: SELECTION_TIMEOUT_MS,
    appName: 'phoenix-property-collector',
  });
  watch(client);
  try {
    await client.connect();
    const hello = await client.db('admin').command({ hello: 1 });
    if (!hello.setName && hello.msg !== 'isdbgrid') {
      throw new BadConfig([
        'MONGODB_URL names a server that is no replica set; start mongod with --replSet and initiate it once',
      ]);
    }
  } catch (problem) {
    await client.close();
    throw asStoreError(problem) ?? problem;
  }
  return { db: client.db(name), client, close: () => client.close() };
}

/**
 * Makes every collection, validator and index exist, and notes the migrations that have nothing to do. A repeat changes nothing.
 * @returns one line per collection that was made
 */
export async function initDatabase(db: Db): Promise<readonly string[]> {
  const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  const made: string[] = [];
  for (const [name, rule] of Object.entries(COLLECTIONS)) {
    const validator = validatorOf(rule);
    if (existing.has(name)) await db.command({ collMod: name, validator });
    else {
      await db.createCollection(name, { validator }).catch((problem: unknown) => {
        if (!(problem instanceof MongoError && problem.code === NAMESPACE_EXISTS)) throw problem;
      });
      made.push(name);
    }
    if (rule.indexes.length > 0) await db.collection(name).createIndexes([...rule.indexes]);
  }
  await noteMigrationsWithoutWork(db);
  return made;
}

/** The typed error for trouble of the database itself; null for anything else. A refused document is a bug and stays itself. */
export function asStoreError(problem: unknown): StoreUnavailable | null {
  if (!(problem instanceof MongoError)) return null;
  // A write of many things hides what broke its connection.
  if (problem instanceof MongoBulkWriteError && problem.errorResponse instanceof MongoError)
    return asStoreError(problem.errorResponse);
  const passing =
    problem.name.startsWith('MongoNetwork') ||
    problem.name === 'MongoServerSelectionError' ||
    problem.name === 'MongoTopologyClosedError' ||
    problem.name === 'MongoPoolClearedError' ||
    problem.name === 'MongoNotConnectedError' ||
    problem.code === CURSOR_NOT_FOUND || // a server that was started anew knows no cursor of before
    problem.hasErrorLabel('TransientTransactionError') ||
    problem.hasErrorLabel('RetryableWriteError');
  return passing ? new StoreUnavailable(`database: ${problem.name}`, { cause: problem }) : null;
}

/** True when a write lost a race against another writer of the same key. */
export function isDuplicateKey(problem: unknown): boolean {
  return problem instanceof MongoError && problem.code === DUPLICATE_KEY;
}

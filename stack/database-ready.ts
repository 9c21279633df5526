import { MongoClient, MongoServerError } from 'mongodb';
import { waitUntil } from './wait-until.js';

export interface DatabaseFacts {
  readonly version: string;
  /** Null when the server is no member of a replica set: transactions would fail. */
  readonly replicaSet: string | null;
  readonly writable: boolean;
  /** The server's clock minus ours, in milliseconds, by half of the time the question took. */
  readonly clockAheadMs: number;
}

/**
 * Connection string for one server: `directConnection` keeps the driver at the address it was given. Without
 * `retryWrites`: SecantusDB remembers up to 10,000 of them and looks through all at every write, which at 3,000 parcels
 * took half of its time. A single server has no failover to retry over, and Temporal tries our steps again.
 */
export function databaseUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true&retryWrites=false`;
}

/** What a server says about itself. @throws the driver's error when it does not answer within `timeoutMs` */
export async function askDatabase(url: string, timeoutMs: number): Promise<DatabaseFacts> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: timeoutMs, connectTimeoutMS: timeoutMs });
  try {
    const admin = client.db('admin');
    await admin.command({ ping: 1 });
    const askedAt = Date.now();
    const hello = await admin.command({ hello: 1 });
    const answeredAt = Date.now();
    const { version } = await admin.command({ buildInfo: 1 });
    const setName: unknown = hello.setName;
    return {
      version: String(version),
      replicaSet: typeof setName === 'string' ? setName : null,
      writable: hello.isWritablePrimary === true,
      clockAheadMs: Math.round(new Date(hello.localTime).getTime() - (askedAt + answeredAt) / 2),
    };
  } finally {
    await client.close();
  }
}

/**
 * Waits until the server takes writes as a replica set of one; a new `mongod` is told to be one.
 * @returns null when the time is over
 */
export function databaseReady(
  port: number,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<DatabaseFacts | null> {
  const url = databaseUrl(port);
  return waitUntil(async () => {
    const facts = await askDatabase(url, 1_000).catch(() => null);
    if (facts === null) return null;
    if (facts.replicaSet === null) await initiateReplicaSet(url, port);
    return facts.writable && facts.replicaSet !== null ? facts : null;
  }, options);
}

async function initiateReplicaSet(url: string, port: number): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 1_000 });
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
  try {
    await client.db('admin').command({ replSetInitiate: { _id: 'rs0', members } });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.codeName !== 'AlreadyInitialized') throw error;
    await moveReplicaSet(client, members);
  } finally {
    await client.close();
  }
}

/** The data folder remembers the port of its last start; a member whose own address is another one takes no writes. */
async function moveReplicaSet(client: MongoClient, members: readonly { _id: number; host: string }[]): Promise<void> {
  const admin = client.db('admin');
  const { config } = await admin.command({ replSetGetConfig: 1 });
  await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
}

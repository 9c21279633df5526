import { randomUUID } from 'node:crypto';
import type { ClientSession, Db } from 'mongodb';

/** `leases`: work of which there is one at a time. Times are the database's clock, so no machine's counts. */
interface LeaseDocument {
  readonly _id: string;
  readonly holder: string;
  readonly untilMs: number;
}

export interface Lease {
  /** Aborted when another has it, or the database could not be told in time that we do. */
  readonly signal: AbortSignal;
  /** Makes a transaction fail whose lease is another's by now. */
  assertHeld(session: ClientSession): Promise<void>;
  release(): Promise<void>;
}

/** How long a holder that was killed keeps it. */
const HELD_MS = 10_000;
const RENEW_MS = 3_000;
const NOW = { $toLong: '$$NOW' };

const leasesOf = (db: Db) => db.collection<LeaseDocument>('leases');

/** Takes a lease that nobody has, or whose holder was killed. @returns null when somebody has it */
export async function takeLease(db: Db, name: string): Promise<Lease | null> {
  const holder = randomUUID();
  if (!(await claim(db, name, holder))) return null;
  const lost = new AbortController();
  const beat = setInterval(() => {
    // One beat that does not come through is made up for by the next; after that the lease may be another's.
    claim(db, name, holder).then(
      (held) => {
        if (!held) lost.abort(new Error(`the lease ${name} is another's`));
      },
      () => undefined,
    );
  }, RENEW_MS);
  return {
    signal: lost.signal,
    async assertHeld(session) {
      const untilMs = { $add: [NOW, HELD_MS] };
      const { matchedCount } = await leasesOf(db).updateOne({ _id: name, holder }, [{ $set: { untilMs } }], {
        session,
      });
      if (matchedCount === 0) throw new Error(`the lease ${name} is another's`);
    },
    async release() {
      clearInterval(beat);
      await leasesOf(db).deleteOne({ _id: name, holder });
    },
  };
}

async function claim(db: Db, name: string, holder: string): Promise<boolean> {
  const free = { $or: [{ $lt: [{ $ifNull: ['$untilMs', 0] }, NOW] }, { $eq: ['$holder', holder] }] };
  const found = await leasesOf(db).findOneAndUpdate(
    { _id: name },
    [
      { $set: { free } },
      {
        $set: {
          holder: { $cond: ['$free', { $literal: holder }, '$holder'] },
          untilMs: { $cond: ['$free', { $add: [NOW, HELD_MS] }, '$untilMs'] },
        },
      },
      { $unset: 'free' },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return found?.holder === holder;
}

import type { Db } from 'mongodb';

/** Requests that have their leave to be sent and have not ended; those of dead workers count until their time is over. */
export async function requestsInFlight(db: Db): Promise<number> {
  const [found] = await db
    .collection('limits')
    .aggregate<{ requests: number }>([
      { $unwind: '$inFlight' },
      { $match: { 'inFlight.expiresAtMs': { $gt: Date.now() } } },
      { $count: 'requests' },
    ])
    .toArray();
  return found?.requests ?? 0;
}

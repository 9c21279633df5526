import type { Db } from 'mongodb';
import { type WindowName, windowId } from '../../core/ids.js';
import { isDuplicateKey } from '../database.js';
import type { WindowDocument } from '../documents.js';

/**
 * Closes the window of a day that cannot be asked for any more. A complete one stays complete; what was seen of a partial
 * one stays written down. A repeat changes nothing.
 * @param before state and reason it had; null when nobody had begun it
 */
export async function markMissed(
  db: Db,
  name: WindowName,
  before: Pick<WindowDocument, 'state' | 'reason'> | null,
): Promise<void> {
  const { market, source, zip, runDate } = name;
  const was = before === null ? '' : `; it was ${before.state}${before.reason === null ? '' : `: ${before.reason}`}`;
  const reason = `the source shows only the present${was}`;
  try {
    await db.collection<WindowDocument>('windows').updateOne(
      { _id: windowId(name), state: { $nin: ['complete', 'missed'] } },
      {
        $set: { state: 'missed', reason, updatedAt: new Date() },
        $setOnInsert: { market, source, zip, runDate, limit: null, total: null, seen: 0, completedBy: null },
      },
      { upsert: true },
    );
  } catch (problem) {
    // Complete or missed since it was looked at: the filter found no row, and the insert met it.
    if (!isDuplicateKey(problem)) throw problem;
  }
}

import type { Db } from 'mongodb';
import type { RunName } from '../core/schemas/sequence.js';
import type { QueueDocument, RecordVersionDocument, WindowDocument } from './documents.js';

/** What a run left that does not hold together, one sentence each; empty when all does. */
export async function findFaults(db: Db, { market, runDate, runKey }: RunName): Promise<readonly string[]> {
  const faults: string[] = [];
  const open = await db.collection<WindowDocument>('windows').countDocuments({ market, runDate, state: 'open' });
  if (open > 0) faults.push(`${open} windows of the day were opened and never closed`);
  const lost = await lostAnswers(db, runKey);
  if (lost > 0) faults.push(`${lost} answers cited by facts of the run are not in raw_payloads`);
  const waiting = await db
    .collection<QueueDocument>('processing_queue')
    .countDocuments({ market, $expr: { $ne: ['$composedHash', '$contentHash'] } });
  if (waiting > 0) faults.push(`${waiting} properties are stored but not composed yet`);
  return faults;
}

async function lostAnswers(db: Db, runKey: string): Promise<number> {
  const versions = db
    .collection<RecordVersionDocument>('record_versions')
    .find({ runKey }, { projection: { kinds: 1 } });
  const cited = new Set<string>();
  for await (const { kinds } of versions) for (const { rawRef } of Object.values(kinds)) cited.add(rawRef);
  const kept = await db.collection<{ _id: string }>('raw_payloads').countDocuments({ _id: { $in: [...cited] } });
  return cited.size - kept;
}

import type { Db } from 'mongodb';
import type { RunName } from '../core/schemas/sequence.js';
import type { KindFacts, QueueDocument, RecordVersionDocument, WindowDocument } from './documents.js';
import { inParts } from './parts.js';
import { waitsForComposition } from './queue.js';

/** What a run left that does not hold together, one sentence each; empty when all does. */
export async function findFaults(db: Db, { market, runDate, runKey }: RunName): Promise<readonly string[]> {
  const faults: string[] = [];
  const open = await db.collection<WindowDocument>('windows').countDocuments({ market, runDate, state: 'open' });
  if (open > 0) faults.push(`${open} windows of the day were opened and never closed`);
  const lost = await lostAnswers(db, runKey);
  if (lost > 0) faults.push(`${lost} answers cited by facts of the run are not in raw_payloads`);
  const waiting = await db
    .collection<QueueDocument>('processing_queue')
    .countDocuments({ market, ...waitsForComposition() });
  if (waiting > 0) faults.push(`${waiting} properties are stored but not composed yet`);
  return faults;
}

async function lostAnswers(db: Db, runKey: string): Promise<number> {
  const versions = db
    .collection<RecordVersionDocument>('record_versions')
    .find({ runKey }, { projection: { kinds: 1 } });
  const cited = new Set<string>();
  for await (const { kinds } of versions) for (const rawRef of citedBy(kinds).rawRefs) cited.add(rawRef);
  return (await missingIds(db, 'raw_payloads', cited)).length;
}

/** Stored answers and requests that facts name as their evidence. */
export function citedBy(kinds: Readonly<Record<string, KindFacts>>): {
  readonly rawRefs: readonly string[];
  readonly fetchIds: readonly string[];
} {
  const states = Object.values(kinds);
  return { rawRefs: states.map(({ rawRef }) => rawRef), fetchIds: states.map(({ fetchId }) => fetchId) };
}

/** Of some ids, those that a collection does not hold. */
export async function missingIds(db: Db, collection: string, ids: Iterable<string>): Promise<readonly string[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const there = new Set<string>();
  for (const some of inParts(wanted)) {
    const found = db
      .collection<{ _id: string }>(collection)
      .find({ _id: { $in: [...some] } }, { projection: { _id: 1 } });
    for await (const { _id } of found) there.add(_id);
  }
  return wanted.filter((id) => !there.has(id));
}

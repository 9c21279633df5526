import type { Db } from 'mongodb';
import { windowId } from '../core/ids.js';
import type { Window } from '../core/schemas/collect.js';
import type { AbsenceDocument, RawPropertyDocument } from './documents.js';

/**
 * Writes down which things of a ZIP a window did not name although they were there when they were seen last. A repeat, and a
 * second walk of the window, replaces what was written for it. Nothing else is changed.
 * @param met keys that the window named
 * @param statuses in which a thing is expected; one that is closed or withdrawn by the source's own word is not absent
 */
export async function markAbsent(
  db: Db,
  window: Window,
  met: ReadonlySet<string>,
  statuses: readonly string[],
): Promise<void> {
  const { market, source, zip, runDate, runKey } = window;
  const id = windowId(window);
  const held = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find({ source, zip, market }, { projection: { key: 1, kinds: 1 } })
    .toArray();
  const gone = held.flatMap(({ key, kinds }) => {
    const status = statusIn(kinds);
    return !met.has(key) && status !== null && statuses.includes(status) ? [{ key, status }] : [];
  });
  const absences = db.collection<AbsenceDocument>('absences');
  await absences.deleteMany({ windowId: id, key: { $nin: gone.map(({ key }) => key) } });
  if (gone.length === 0) return;
  const at = new Date();
  await absences.bulkWrite(
    gone.map(({ key, status }) => ({
      replaceOne: {
        filter: { _id: `${id}|${key}` },
        replacement: { windowId: id, market, source, zip, runDate, runKey, key, status, at },
        upsert: true,
      },
    })),
  );
}

function statusIn(kinds: RawPropertyDocument['kinds']): string | null {
  const facts = Object.values(kinds).flatMap((kind) => kind.facts);
  const value = facts.find(({ name }) => name === 'StandardStatus')?.value;
  return typeof value === 'string' ? value : null;
}

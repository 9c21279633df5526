import type { Db } from 'mongodb';
import { type WindowName, windowId } from '../core/ids.js';
import type { WindowDocument, WindowPageDocument } from './documents.js';

/** A person's word that what a suspect window gave is right. */
export interface Acceptance {
  readonly by: string;
  readonly reason: string;
}

/**
 * Makes a suspect window complete on a person's word; from then on it counts among the days that say what is usual.
 * @returns state before; null when nobody began the window. Of any other state than `suspect` nothing is changed
 */
export async function acceptWindow(
  db: Db,
  name: WindowName,
  { by, reason }: Acceptance,
): Promise<WindowDocument['state'] | null> {
  const id = windowId(name);
  const windows = db.collection<WindowDocument>('windows');
  const found = await windows.findOne({ _id: id });
  if (found?.state !== 'suspect') return found?.state ?? null;
  const walked = await db
    .collection<WindowPageDocument>('window_pages')
    .findOne({ windowId: id }, { sort: { at: -1 }, projection: { runKey: 1 } });
  const at = new Date();
  await windows.updateOne(
    { _id: id, state: 'suspect', updatedAt: found.updatedAt }, // not one that a run is walking again
    {
      $set: {
        state: 'complete',
        reason: null,
        completedBy: walked?.runKey ?? null,
        accepted: { by, reason, at },
        updatedAt: at,
      },
    },
  );
  return found.state;
}

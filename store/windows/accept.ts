import type { Db } from 'mongodb';
import { type WindowName, windowId } from '../../core/ids.js';
import type { WindowDocument, WindowPageDocument } from '../documents.js';
import { noteAbsences } from './absences.js';
import { listingPart, walkedSoFar } from './walks.js';

/** A person's word that what a suspect window gave is right. */
export interface Acceptance {
  readonly by: string;
  readonly reason: string;
}

/**
 * Makes a suspect window complete on a person's word; from then on it counts among the days that say what is usual.
 * What it did not name counts as absent, as with any complete window.
 * @param listedStatuses as for `closeWindow`
 * @returns state before; null when nobody began the window. Of any other state than `suspect` nothing is changed; `open` also for
 * one that a run took up again meanwhile
 */
export async function acceptWindow(
  db: Db,
  name: WindowName,
  { by, reason }: Acceptance,
  listedStatuses: readonly string[] | null = null,
): Promise<WindowDocument['state'] | null> {
  const id = windowId(name);
  const windows = db.collection<WindowDocument>('windows');
  const found = await windows.findOne({ _id: id });
  if (found?.state !== 'suspect') return found?.state ?? null;
  const walked = await db
    .collection<WindowPageDocument>('window_pages')
    .findOne({ windowId: id }, { sort: { at: -1 }, projection: { runKey: 1 } });
  if (walked !== null) await noteWalked(db, { ...name, runKey: walked.runKey }, listedStatuses);
  const at = new Date();
  const { matchedCount } = await windows.updateOne(
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
  return matchedCount === 1 ? found.state : 'open';
}

async function noteWalked(
  db: Db,
  window: WindowName & { readonly runKey: string },
  listedStatuses: readonly string[] | null,
): Promise<void> {
  const walked = await walkedSoFar(db, window);
  if (listingPart(walked) !== null) await noteAbsences(db, window, walked.keys, listedStatuses);
}

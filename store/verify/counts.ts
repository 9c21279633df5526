import type { Db } from 'mongodb';
import { canonicalJson } from '../../core/hash.js';
import type { RunDocument, WindowDocument } from '../documents.js';
import type { Fault } from '../fault.js';
import { walkedSoFar } from '../windows/walks.js';
import { addCounts, countRun } from '../windows/windows.js';

const NEXT = 'phx windows show tells what the pages gave; take the row from a backup';

/** Counts that were written down, against what they count. */
export const countFaults = {
  async windows(db: Db, windows: readonly WindowDocument[]): Promise<readonly Fault[]> {
    const faults: Fault[] = [];
    for (const { _id, completedBy, seen, prunedAt, ...name } of windows) {
      if (completedBy === null || prunedAt !== undefined) continue;
      const { keys } = await walkedSoFar(db, { ...name, runKey: completedBy });
      if (keys.size === seen) continue;
      faults.push({
        collection: 'windows',
        id: _id,
        wrong: `it says ${seen} seen, its pages name ${keys.size}`,
        next: NEXT,
      });
    }
    return faults;
  },

  async runs(db: Db, runs: readonly RunDocument[]): Promise<readonly Fault[]> {
    const faults: Fault[] = [];
    for (const { _id, status, counts, prunedAt } of runs) {
      if (status === 'running' || counts === null || prunedAt !== undefined) continue;
      const { seen, stored, unchanged, quarantined, excluded } = addCounts(await countRun(db, _id));
      const counted = canonicalJson({ seen, stored, unchanged, quarantined, excluded });
      if (canonicalJson({ ...counts }) === counted) continue;
      const wrong = `it says ${canonicalJson({ ...counts })}, its pages give ${counted}`;
      faults.push({ collection: 'runs', id: _id, wrong, next: NEXT });
    }
    return faults;
  },
};

import type { Db } from 'mongodb';
import { windowId } from '../core/ids.js';
import type { FinishInput, RunName, StandIn } from '../core/schemas/sequence.js';
import { modelTroubleOf } from '../domain/failures/actions.js';
import type { WindowDocument } from '../store/documents.js';
import { endTrouble } from '../store/errors/errors.js';
import { noteRecovery } from '../store/errors/recoveries.js';

/** Counts what a run put right in ways that no step shows: by another source, and by rules instead of the model. Safe to repeat. */
export async function noteRunRecoveries(db: Db, { run, standIns = [] }: FinishInput): Promise<void> {
  // What the model did not come to has the words of the rules, and is read by it another day.
  const end = { trouble: modelTroubleOf(run.runKey), outcome: 'recovered', action: 'fell-back-to-rules' } as const;
  await endTrouble(db, { ...end, atMs: Date.now() });
  for (const standIn of standIns) await noteStandIn(db, run, standIn);
}

async function noteStandIn(db: Db, { market, runDate, runKey }: RunName, standIn: StandIn): Promise<void> {
  const { zip, of, by, problem } = standIn;
  const closedAt = async (source: StandIn['of']) => {
    const _id = windowId({ market, source, zip, runDate });
    const window = await db.collection<WindowDocument>('windows').findOne({ _id }, { projection: { updatedAt: 1 } });
    return (window?.updatedAt ?? new Date()).toISOString();
  };
  const failedAt = await closedAt(of);
  await noteRecovery(db, {
    id: `stand-in/${runKey}/${of}/${zip}`,
    action: 'alternative-source',
    cause: 'ZIP not collected',
    ...{ market, source: of, runKey, startedAt: failedAt, detectedAt: failedAt, endedAt: await closedAt(by) },
    outcome: problem === null ? 'recovered' : 'failed',
    tries: 1,
  });
}

import { sleep, workflowInfo } from '@temporalio/workflow';
import { runKeyOf } from '../core/ids.js';
import type { MaintenanceInput, UpkeepKind, UpkeepResult } from '../core/schemas/upkeep.js';
import { upkeep } from './activity-proxies.js';
import { cancelRequested, reasonOf } from './failures.js';

/** A run is waited for so often, so long each time: six hours, longer than a night's run. */
const WAITS = 12;
const WAIT = '30 minutes';

/** Removes what is old, then holds the database against itself, while no run is under way. One part that fails does not stop the other. */
export async function maintenance({ retention, sample }: MaintenanceInput): Promise<readonly UpkeepResult[]> {
  const quiet = await noRunUnderWay();
  const results: UpkeepResult[] = [];
  if (retention) results.push(await keeping('retention', upkeep.applyRetention));
  const kind = sample === null ? 'verify' : 'verify-sample';
  results.push(
    await keeping(kind, () =>
      quiet ? upkeep.verifyStored({ sample }) : notDone(kind, 'a run was under way all the time'),
    ),
  );
  return results;
}

/** Rehearses a restore. */
export async function restoreDrill(): Promise<UpkeepResult> {
  return keeping('restore-drill', upkeep.rehearseRestore);
}

async function noRunUnderWay(): Promise<boolean> {
  for (let wait = 0; wait < WAITS; wait += 1) {
    if ((await upkeep.countRunsUnderWay()) === 0) return true;
    await sleep(WAIT, { summary: 'a run is under way' });
  }
  return (await upkeep.countRunsUnderWay()) === 0;
}

async function notDone(kind: UpkeepKind, why: string): Promise<UpkeepResult> {
  return { kind, ok: false, problems: [why], figures: {} };
}

async function keeping(kind: UpkeepKind, work: () => Promise<UpkeepResult>): Promise<UpkeepResult> {
  const result = await work().catch((problem: unknown) => {
    if (cancelRequested()) throw problem;
    const { code, message } = reasonOf(problem);
    return notDone(kind, `${code}: ${message}`);
  });
  const { workflowId, firstExecutionRunId } = workflowInfo();
  await upkeep.keepUpkeep({ name: runKeyOf(workflowId, firstExecutionRunId), result });
  return result;
}

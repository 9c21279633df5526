import { continueAsNew, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { runKeyOf } from '../core/ids.js';
import type { ReplayBatchResult, ReplayCursor, ReplayDayInput, ReplayDayResult } from '../core/schemas/replay.js';
import { addReplays } from '../domain/replay.js';
import { composition, replays } from './activity-proxies.js';

/** Properties composed at a time. */
const COMPOSE_SIZE = 100;
const BEGINNING: ReplayCursor = { part: 'answers', after: '' };

/**
 * Reads a past day's stored answers with today's parsers, batch by batch, and says what differs; with `apply` it is written and shown
 * in the read model. A repeat finds nothing left to write.
 */
export async function replayDay(input: ReplayDayInput): Promise<ReplayDayResult> {
  const { goneThrough, ...scope } = input;
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const runKey = runKeyOf(workflowId, firstExecutionRunId);
  let totals = goneThrough?.totals ?? [];
  for (let cursor: ReplayCursor | null = goneThrough?.cursor ?? BEGINNING; cursor !== null; ) {
    const batch: ReplayBatchResult = await replays.replayBatch({ ...scope, runKey, cursor });
    totals = addReplays([...totals, ...batch.totals]);
    cursor = batch.next;
    setCurrentDetails(
      totals.map(({ source, answers, records }) => `${source}: ${answers} answers, ${records} records`).join('\n'),
    );
    if (cursor !== null && workflowInfo().continueAsNewSuggested) {
      return continueAsNew<typeof replayDay>({ ...scope, goneThrough: { cursor, totals } });
    }
  }
  const run = { market: input.market, runDate: input.runDate, workflowId, runKey };
  if (input.apply) while ((await composition.composeBatch({ run, size: COMPOSE_SIZE })).more);
  return { totals };
}

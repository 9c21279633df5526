import type { QueueDocument } from '../../store/documents.js';
import { careSince, lastBatches } from '../../store/llm.js';
import { failedWords, queueStates } from '../../store/queue.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { Faults, readWhole, theMarket } from '../run-request.js';

export interface EnrichFlags {
  readonly market?: string;
}

export interface EnrichFailedFlags extends EnrichFlags {
  readonly limit?: string;
}

const BATCHES_SHOWN = 10;
const DAY_MS = 86_400_000;
const FAILED_SHOWN = 20;

/** How many properties stand where, how the last batches were cut and why, and what was done for the model in the last day. */
export async function enrichmentStatus(context: CliContext, flags: EnrichFlags): Promise<number> {
  const { out } = context;
  const [market] = theMarket(flags.market);
  const { config } = await readSetting(context);
  const { states, batches, care } = await withDatabase(config, async (db) => ({
    states: await queueStates(db, market),
    batches: await lastBatches(db, market, BATCHES_SHOWN),
    care: await careSince(db, new Date(Date.now() - DAY_MS)),
  }));
  const { completed, failed, pending, processing } = states;
  out.data(`${completed} described, ${failed} failed, ${pending} waiting, ${processing} with the model`);
  if (batches.length > 0) {
    const head = ['BATCH', 'SIZE', 'LANES', 'CLAIMED', 'ASKED', 'DESCRIBED', 'SECONDS', 'WHY'];
    const rows = batches.map((one) => [
      ...[one.batch, one.size, one.lanes, one.claimed, one.asked, one.described].map(String),
      (one.milliseconds / 1_000).toFixed(1),
      one.trouble === null ? one.why : `${one.why}; broken off: ${one.trouble}`,
    ]);
    out.data(columnsOf([head, ...rows]));
  }
  for (const { at, step, what, reason } of care) out.data(`${at.toISOString()} ${step}: ${what} (${reason})`);
  out.document({
    schemaVersion: 1,
    market,
    mode: config.mode,
    properties: states,
    batches: batches.map(({ _id, at, ...one }) => ({ ...one, at: at.toISOString() })),
    care: care.map(({ at, step, reason, ready, what, runKey }) => ({
      at: at.toISOString(),
      step,
      reason,
      ready,
      what,
      runKey,
    })),
  });
  return 0;
}

/** Properties that the model was given up on, with code, reason and time of each try. */
export async function failedEnrichments(context: CliContext, flags: EnrichFailedFlags): Promise<number> {
  const { out } = context;
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const limit = readWhole('--limit', flags.limit, 1, 10_000, faults) ?? FAILED_SHOWN;
  faults.throwAny('phx enrich failed --help shows examples');
  const { config } = await readSetting(context);
  const failed = await withDatabase(config, (db) => failedWords(db, market, limit));
  if (failed.length === 0) out.note('nothing has failed');
  const rows = failed.map(({ _id, zip, attempts, errors }) => {
    const last = errors.at(-1);
    return [_id, zip ?? '-', String(attempts), last?.code ?? '-', last?.reason ?? '-'];
  });
  if (rows.length > 0) out.data(columnsOf([['PROPERTY', 'ZIP', 'TRIES', 'ERROR', 'REASON'], ...rows]));
  out.document({ schemaVersion: 1, market, mode: config.mode, failed: failed.map(documentOf) });
  return 0;
}

function documentOf({ _id, zip, attempts, errors, updatedAt }: QueueDocument) {
  const log = errors.map(({ at, code, reason }) => ({ at: at.toISOString(), code: code ?? null, reason }));
  return { propertyId: _id, zip, attempts, errors: log, at: updatedAt.toISOString() };
}

import { REFRESH_MARKET_WORKFLOW_ID, TASK_QUEUES } from '../../core/ids.js';
import { MARKET_FILES } from '../../core/schemas/market-data.js';
import type { refreshMarket } from '../../workflows/refresh-market.js';
import { readSetting, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { Faults } from '../run-request.js';
import { servesQueue } from '../worker-check.js';

export interface MarketRefreshFlags {
  readonly file?: readonly string[];
  readonly force?: true;
}

/** Exit code of a check that found a problem: a file failed or stands still. */
const FOUND = 3;

/**
 * Lets a worker ask for the files of open market data whose time has come, or joins it while it does, and waits.
 * @returns 3 when a file failed or stands still, else 0
 */
export async function refreshMarketData(context: CliContext, flags: MarketRefreshFlags): Promise<number> {
  const faults = new Faults();
  const files = MARKET_FILES.filter((name) => flags.file?.includes(name) ?? true);
  for (const name of flags.file ?? []) {
    if (!MARKET_FILES.some((known) => known === name))
      faults.add(`file "${name}" is unknown; there are: ${MARKET_FILES.join(', ')}`);
  }
  faults.throwAny();
  const { config } = await readSetting(context);
  const results = await withTemporal(context, config, async (client) => {
    if (!(await servesQueue(client))) context.out.warn('no worker is up: it waits until one is (phx stack up)');
    return client.workflow.execute<typeof refreshMarket>('refreshMarket', {
      workflowId: REFRESH_MARKET_WORKFLOW_ID,
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ files, force: flags.force === true }],
      staticSummary: 'open market data',
    });
  });
  const rows = results.map(({ file, outcome, indicators, changed, newest, reason, stale }) => [
    file,
    outcome,
    String(indicators),
    String(changed),
    newest ?? '-',
    reason ?? stale ?? '',
  ]);
  context.out.data(columnsOf([['FILE', 'OUTCOME', 'FIGURES', 'NEW', 'NEWEST', 'REASON'], ...rows]));
  context.out.document({ schemaVersion: 1, workflowId: REFRESH_MARKET_WORKFLOW_ID, files: results });
  return results.some(({ outcome, stale }) => outcome === 'failed' || stale !== null) ? FOUND : 0;
}

import { fillGapsWorkflowId, TASK_QUEUES } from '../../core/ids.js';
import type { FillGapsInput, FillGapsResult } from '../../core/schemas/fill.js';
import type { fillGaps } from '../../workflows/fill-gaps.js';
import { awaitWorkflow } from '../await-workflow.js';
import { phxOn, readSetting, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { linksOf } from '../run-links.js';
import { Faults, readSources, readZips, theMarket, today } from '../run-request.js';
import { given, readDays } from '../source-request.js';
import { servesQueue } from '../worker-check.js';

export interface WindowsFillFlags {
  readonly market?: string;
  readonly source?: readonly string[];
  readonly zip?: readonly string[];
  readonly detach?: true;
}

/** Exit code of a check that found a problem: something is still not complete. */
const FOUND = 3;

/**
 * Starts the filling of gaps, or joins it when it runs, and waits for it. Ctrl-C leaves it running.
 * @returns 0 when all that could be asked for is complete, else 3
 */
export async function fillWindows(context: CliContext, text: string, flags: WindowsFillFlags): Promise<number> {
  const faults = new Faults();
  const [name, market] = theMarket(flags.market);
  const days = readDays(text, today(market), faults);
  const sources = readSources(flags.source, faults);
  const zips = readZips(flags.zip, faults);
  faults.throwAny('phx windows fill --help shows examples');
  return begin(context, { market: name, ...given(days), sources, zips }, flags.detach === true);
}

async function begin(context: CliContext, input: FillGapsInput, detach: boolean): Promise<number> {
  const { out } = context;
  const { config } = await readSetting(context);
  const workflowId = fillGapsWorkflowId(input.market, input.from, input.to);
  return withTemporal(context, config, async (client) => {
    const handle = await client.workflow.start<typeof fillGaps>('fillGaps', {
      workflowId,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      taskQueue: TASK_QUEUES.pipeline,
      args: [input],
      staticSummary: `gaps of ${input.from} to ${input.to}`,
    });
    const links = linksOf(config, workflowId);
    out.note(`started or joined ${workflowId} (${config.mode})`);
    if (links.temporal !== null) out.note(`Temporal Web UI: ${links.temporal}`);
    if (!(await servesQueue(client))) out.warn('no worker is up: it waits until one is (phx stack up)');
    if (detach) {
      out.data(workflowId);
      out.document({ schemaVersion: 1, workflowId, links });
      return 0;
    }
    const further = `${phxOn(context, config)} windows list shows what is there`;
    const result = await awaitWorkflow(context, handle, further);
    return show(context, workflowId, result);
  });
}

function show({ out }: CliContext, workflowId: string, result: FillGapsResult): number {
  const { days, complete, missed, missedBefore, filled } = result;
  out.data(`${days} days: ${complete} windows were complete, ${missed + missedBefore} are missed (${missed} new)`);
  const rows = filled.flatMap(({ runDate, result: { source, status, reason, zips } }) =>
    zips.length === 0
      ? [[runDate, source, '', status, reason ?? '']]
      : zips.map((zip) => [runDate, source, zip.zip, zip.status, zip.reason ?? '']),
  );
  if (rows.length > 0) out.data(columnsOf([['DAY', 'SOURCE', 'ZIP', 'STATE', 'REASON'], ...rows]));
  out.document({ schemaVersion: 1, workflowId, ...result });
  return filled.every(({ result: { status } }) => status === 'complete') ? 0 : FOUND;
}

import { replayWorkflowId, TASK_QUEUES } from '../../core/ids.js';
import { SOURCE_NAMES } from '../../core/schemas/names.js';
import type { ReplayTotals } from '../../core/schemas/replay.js';
import type { replayDay } from '../../workflows/replay-day.js';
import { readSetting, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { Faults, readRunFlags, theMarket } from '../run-request.js';
import { servesQueue } from '../worker-check.js';

export interface ReplayFlags {
  readonly date?: string;
  readonly source?: readonly string[];
  readonly market?: string;
  readonly apply?: true;
}

/** Lets a worker read the stored answers of a day once more, and waits. Nothing is asked of any service. @returns 0 */
export async function replay(context: CliContext, flags: ReplayFlags): Promise<number> {
  const faults = new Faults();
  const { market, runDate, options } = readRunFlags({ ...flags }, faults);
  faults.throwAny('phx replay --help shows an example');
  const [, { county }] = theMarket(flags.market);
  const { config } = await readSetting(context);
  const apply = flags.apply === true;
  const workflowId = replayWorkflowId(market, runDate);
  const { totals } = await withTemporal(context, config, async (client) => {
    if (!(await servesQueue(client))) context.out.warn('no worker is up: it waits until one is (phx stack up)');
    return client.workflow.execute<typeof replayDay>('replayDay', {
      workflowId,
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ market, county, runDate, sources: options.sources ?? SOURCE_NAMES, apply }],
      staticSummary: `stored answers of ${runDate}, read once more`,
    });
  });
  print(context, totals);
  context.out.document({ schemaVersion: 1, workflowId, market, runDate, apply, sources: totals });
  return 0;
}

function print({ out }: CliContext, totals: readonly ReplayTotals[]): void {
  const rows = totals.map(({ source, ...own }) => [
    source,
    ...[own.answers, own.records, own.equal, own.changed, own.fresh, own.lost, own.rejected, own.written].map(String),
  ]);
  const head = ['SOURCE', 'ANSWERS', 'RECORDS', 'EQUAL', 'CHANGED', 'NEW', 'LOST', 'REJECTED', 'WRITTEN'];
  out.data(totals.length === 0 ? 'nothing is stored of that day' : columnsOf([head, ...rows]));
  for (const { source, names, examples } of totals) {
    const differing = Object.entries(names).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    if (differing.length > 0) out.data(`${source}: ${differing.map(([name, count]) => `${name} ${count}`).join(', ')}`);
    if (examples.length > 0) out.data(`${source}: for example ${examples.join(', ')}`);
  }
}

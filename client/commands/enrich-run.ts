import { serviceWorkflowId, TASK_QUEUES } from '../../core/ids.js';
import type { EnrichAloneResult } from '../../core/schemas/sequence.js';
import { queueStates } from '../../store/queue.js';
import type { enrichAlone } from '../../workflows/enrich-alone.js';
import { awaitWorkflow } from '../await-workflow.js';
import { phxOn, readSetting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { linksOf } from '../run-links.js';
import { Faults, readWhole, theMarket, today } from '../run-request.js';
import { servesQueue } from '../worker-check.js';
import type { EnrichFlags } from './enrich-list.js';

export interface EnrichRunFlags extends EnrichFlags {
  readonly seconds?: string;
  readonly detach?: true;
}

const DEFAULT_SECONDS = 3_600;
/** Exit code of a check that found a problem: there is no model, or it gave up. */
const FOUND = 3;

/**
 * Starts enrichment without a day around it, or joins it when it runs, and waits for it. Ctrl-C leaves it running.
 * @returns 0 when the model did what it could, 3 when there is none or it gave up
 */
export async function runEnrichment(context: CliContext, flags: EnrichRunFlags): Promise<number> {
  const { out } = context;
  const faults = new Faults();
  const [market, rules] = theMarket(flags.market);
  const llmSeconds = readWhole('--seconds', flags.seconds, 1, 86_400, faults) ?? DEFAULT_SECONDS;
  faults.throwAny('phx enrich run --help shows examples');
  const { config } = await readSetting(context);
  const runDate = today(rules);
  const workflowId = serviceWorkflowId(market, 'enrich', runDate);
  const result = await withTemporal(context, config, async (client) => {
    const handle = await client.workflow.start<typeof enrichAlone>('enrichAlone', {
      workflowId,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ market, runDate, llmSeconds }],
      staticSummary: `words of ${market}, alone`,
    });
    out.note(`started or joined ${workflowId} (${config.mode})`);
    if (!(await servesQueue(client))) out.warn('no worker is up: it waits until one is (phx stack up)');
    if (flags.detach) return null;
    return awaitWorkflow(context, handle, `${phxOn(context, config)} enrich status shows how far it is`);
  });
  if (result === null) {
    out.data(workflowId);
    out.document({ schemaVersion: 1, workflowId, links: linksOf(config, workflowId) });
    return 0;
  }
  const properties = await withDatabase(config, (db) => queueStates(db, market));
  out.data(sentenceOf(result));
  const { pending, processing, completed, failed } = properties;
  out.data(`${completed} described, ${failed} failed, ${pending + processing} waiting`);
  out.document({ schemaVersion: 1, workflowId, ...result, properties });
  return result.model === null || result.modelProblem !== null ? FOUND : 0;
}

function sentenceOf({ composed, batches, model, modelReason, modelProblem }: EnrichAloneResult): string {
  const rules = `${composed} properties composed by rules`;
  if (model === null) return `${rules}, no model: ${modelReason ?? 'unknown'}`;
  const words = `${rules}, ${batches - 1} batches by ${model}`;
  return modelProblem === null ? words : `${words}, which gave up: ${modelProblem}`;
}

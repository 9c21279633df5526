import type { Client } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Config } from '../../core/config.js';
import { Frozen, NetworkError } from '../../core/errors.js';
import { probeWorkflowId, sourceTaskQueue, TASK_QUEUES } from '../../core/ids.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { ProbeResult } from '../../core/source.js';
import type { probeSource } from '../../workflows/probe-source.js';
import { readSetting, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { sourcesForPlans } from '../plan-sources.js';
import { Faults } from '../run-request.js';
import { given, readOneSource } from '../source-request.js';

/** Exit code of a check that found a problem. */
const FOUND = 3;
/** A slow page of a browser, and the wait for its turn. */
const PROBE_MS = 90_000;

/**
 * Lets a worker ask a source for something known, within its limit and in its record.
 * @returns 0 when the source is well, 3 when it is not
 * @throws NetworkError when no worker takes it up; Frozen while everything is
 */
export async function probe(context: CliContext, text: string): Promise<number> {
  const faults = new Faults();
  const named = readOneSource(text, faults);
  faults.throwAny();
  const source = given(named);
  const { config } = await readSetting(context);
  const result = await withTemporal(context, config, (client) =>
    askWorker(client, config, source, context.globals.timeoutMs ?? PROBE_MS),
  );
  context.out.data(`${source}: ${result.state}: ${result.evidence}`);
  context.out.document({ schemaVersion: 1, source, ...result });
  return result.state === 'ok' ? 0 : FOUND;
}

async function askWorker(client: Client, config: Config, source: SourceName, timeoutMs: number): Promise<ProbeResult> {
  const { via } = sourcesForPlans(config).find(({ name }) => name === source) ?? { via: 'http' as const };
  const taskQueue = sourceTaskQueue(source, via);
  try {
    return await client.workflow.execute<typeof probeSource>('probeSource', {
      workflowId: probeWorkflowId(source),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowExecutionTimeout: timeoutMs,
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ source, taskQueue }],
      staticSummary: `probe of ${source}`,
    });
  } catch (problem) {
    if (!(problem instanceof WorkflowFailedError)) throw problem;
    const frozen = frozenIn(problem);
    if (frozen !== null) throw frozen;
    throw new NetworkError(taskQueue, `no worker gave an answer within ${Math.ceil(timeoutMs / 1_000)} s`, {
      cause: problem,
    });
  }
}

function frozenIn({ cause }: WorkflowFailedError): Frozen | null {
  for (let at: unknown = cause; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.type === 'Frozen') return new Frozen(at.message);
  }
  return null;
}

import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { Connection } from '@temporalio/client';
import { loadConfig, temporalConnection } from '../core/config.js';
import { PhoenixError } from '../core/errors.js';
import { TASK_QUEUES } from '../core/ids.js';

/** A worker polls anew at least every minute; one that did not for this long is not well. */
const LATEST_POLL_MS = 150_000;
const ANSWER_MS = 8_000;
/** `temporal.api.enums.v1.TaskQueueType` of activities: every queue of ours has them. */
const ACTIVITY_TASKS = 2;

/** Exit codes of the CLI conventions: the check found a problem, something it needs is away, wrong settings. */
const UNWELL = 3;
const UNREACHABLE = 6;
const BAD_CONFIG = 2;

/**
 * Health check of a worker's container: exit 0 when a worker of this host polls the queue (`--queue`, default
 * `pipeline`), as the Temporal server sees it; 3 when none does, 6 when the server does not answer.
 */
async function check(): Promise<number> {
  const { values } = parseArgs({ options: { queue: { type: 'string', default: TASK_QUEUES.pipeline } } });
  const config = loadConfig();
  const connection = await Connection.connect({ ...temporalConnection(config), connectTimeout: ANSWER_MS });
  try {
    const { pollers } = await connection.withDeadline(Date.now() + ANSWER_MS, () =>
      connection.workflowService.describeTaskQueue({
        namespace: config.temporalNamespace,
        taskQueue: { name: values.queue },
        taskQueueType: ACTIVITY_TASKS,
      }),
    );
    const since = Date.now() - LATEST_POLL_MS;
    const alive = (pollers ?? []).filter(
      ({ identity, lastAccessTime }) =>
        identity?.endsWith(`@${hostname()}`) && Number(lastAccessTime?.seconds ?? 0) * 1_000 > since,
    );
    process.stdout.write(`${alive.length} workers of this host poll ${values.queue}\n`);
    return alive.length > 0 ? 0 : UNWELL;
  } finally {
    await connection.close();
  }
}

try {
  process.exitCode = await check();
} catch (problem) {
  process.stderr.write(`health: ${problem instanceof Error ? problem.message : problem}\n`);
  process.exitCode = problem instanceof PhoenixError && problem.code === 'BadConfig' ? BAD_CONFIG : UNREACHABLE;
}

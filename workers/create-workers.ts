import type { ActivityInboundCallsInterceptor, NativeConnection, WorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { type Config, secretValues } from '../core/config.js';
import { createDataConverter } from '../core/data-converter.js';
import { sourceTaskQueue, TASK_QUEUES } from '../core/ids.js';
import { scrub } from '../core/logger.js';
import type { Assembly } from './assemble.js';
import { ErrorInterceptor } from './error-interceptor.js';
import type { ErrorRecorder } from './error-recorder.js';
import { createAskPreviousEnd } from './lost-attempt.js';

type Queue = Pick<WorkerOptions, 'taskQueue' | 'activities' | 'maxConcurrentActivityTaskExecutions'> & {
  readonly workflows?: true;
  /** Goes on while everything is frozen: it asks no source and tells people what is going on. */
  readonly neverFrozen?: true;
};

/** Every queue there is and what runs on it. Fixed slots: one small machine runs all of them. */
export function queuesOf(assembly: Assembly): readonly Queue[] {
  const { pipeline, collect, model, notify, sources } = assembly;
  const http = sources.filter(({ via }) => via === 'http').map(({ name, via }) => sourceTaskQueue(name, via));
  return [
    { taskQueue: TASK_QUEUES.pipeline, workflows: true, activities: pipeline, maxConcurrentActivityTaskExecutions: 20 },
    ...http.map((taskQueue) => ({ taskQueue, activities: collect, maxConcurrentActivityTaskExecutions: 20 })),
    { taskQueue: TASK_QUEUES.browser, activities: collect, maxConcurrentActivityTaskExecutions: 4 },
    {
      taskQueue: TASK_QUEUES.llm,
      activities: model,
      maxConcurrentActivityTaskExecutions: 2,
    },
    { taskQueue: TASK_QUEUES.notify, activities: notify, maxConcurrentActivityTaskExecutions: 5, neverFrozen: true },
  ];
}

export interface CreateWorkersInput {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly assembly: Assembly;
  readonly logger: Logger;
  readonly recorder: ErrorRecorder;
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  /** Queues to poll; null for all. */
  readonly queues: readonly string[] | null;
  /** Sees every attempt of an activity; left out: nobody does. */
  readonly watchActivities?: () => ActivityInboundCallsInterceptor;
}

/** One Temporal worker per queue, on one connection. */
export async function createWorkers(input: CreateWorkersInput): Promise<readonly Worker[]> {
  const { config, connection, assembly, logger, recorder, workflowBundle, watchActivities } = input;
  const askPreviousEnd = createAskPreviousEnd(connection, config.temporalNamespace);
  const secrets = secretValues(config);
  const wanted = queuesOf(assembly).filter(({ taskQueue }) => input.queues?.includes(taskQueue ?? '') ?? true);
  return Promise.all(
    wanted.map(({ workflows, neverFrozen, ...queue }) =>
      Worker.create({
        ...queue,
        ...(workflows ? { workflowBundle } : {}),
        connection,
        namespace: config.temporalNamespace,
        dataConverter: createDataConverter(config),
        // Unless told, the SDK sends one beat in 16 s of the 20 s that a dead worker has: a busy machine would look dead.
        maxHeartbeatThrottleInterval: '5s',
        shutdownGraceTime: '20s',
        shutdownForceTime: '40s',
        maxCachedWorkflows: 200,
        interceptors: {
          activity: [
            // The outermost, so that it sees failures under their codes.
            () => (watchActivities ? { inbound: watchActivities() } : {}),
            (context) => ({
              inbound: new ErrorInterceptor(
                context,
                logger,
                (text) => scrub(text, secrets),
                neverFrozen ? async () => null : assembly.frozen,
                ({ args }) => recorder.began(context.info, args, askPreviousEnd),
              ),
            }),
          ],
        },
        ...versioning(config),
      }),
    ),
  );
}

/** Versioning only where a build id is set: a versioned worker gets no task until a current version was set. */
function versioning({ workerBuildId }: Config): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (workerBuildId === null) return {};
  return {
    workerDeploymentOptions: {
      version: { deploymentName: 'phoenix', buildId: workerBuildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  };
}

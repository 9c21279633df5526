import { parseArgs } from 'node:util';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { type Config, loadConfig, secretValues, temporalConnection } from '../core/config.js';
import { PhoenixError } from '../core/errors.js';
import { createLogger, scrub } from '../core/logger.js';
import { initDatabase, openDatabase } from '../store/database.js';
import { assertMigrated } from '../store/migrations/state.js';
import { assemble } from './assemble.js';
import { createWorkers } from './create-workers.js';
import { createErrorQueue } from './error-queue.js';
import { createErrorRecorder } from './error-recorder.js';
import { type Metering, prepareMetering } from './metrics/index.js';
import { workflowBundlePath } from './workflow-bundle.js';

/** Exit codes of the CLI conventions: wrong settings, something it needs is away. */
const BAD_CONFIG = 2;
const UNREACHABLE = 6;

/**
 * A worker process. Prints `{"ready":true}` with the address of its metrics on stdout when it polls; logs on stderr; ends on
 * SIGTERM or SIGINT after what it works on, within 40 s.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { queues: { type: 'string' } } });
  const config = loadConfig();
  const logger = createLogger(config, 'worker');
  const metering = await prepareMetering(config);
  installRuntime(logger, metering);
  const database = await openDatabase(config.mongodbUrl, config.database, metering.watchClient);
  await initDatabase(database.db);
  await assertMigrated(database.db);
  const connection = await connect(config);
  const queue = createErrorQueue({ db: database.db, logger });
  const recorder = createErrorRecorder({ queue, logger, scrub: (text) => scrub(text, secretValues(config)) });
  const assembly = assemble(config, database, recorder, metering.audit);
  const meter = await metering.start(config, database, logger);
  try {
    const workers = await createWorkers({
      config,
      connection,
      assembly,
      logger,
      recorder,
      workflowBundle: { codePath: workflowBundlePath() },
      queues: values.queues?.split(',') ?? null,
      ...metering.activities,
    });
    const running = workers.map((worker) => worker.run());
    process.stdout.write(
      `${JSON.stringify({ ready: true, queues: workers.map(({ options }) => options.taskQueue), metrics: meter.url })}\n`,
    );
    await Promise.all(running);
  } finally {
    await meter.close();
    await assembly.close();
    await queue.close();
    await connection.close();
    await database.close();
  }
}

function installRuntime(logger: Logger, { sdk }: Metering): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const line = { ...meta };
      if (level === 'ERROR') logger.error(line, message);
      else if (level === 'WARN') logger.warn(line, message);
      else logger.info(line, message);
    }),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...sdk,
    },
  });
}

async function connect(config: Config): Promise<NativeConnection> {
  return NativeConnection.connect(temporalConnection(config));
}

try {
  await main();
} catch (problem) {
  const known =
    problem instanceof PhoenixError ? problem.message : `${problem instanceof Error ? problem.stack : problem}`;
  process.stderr.write(`worker: ${known}\n`);
  process.exitCode = problem instanceof PhoenixError && problem.code === 'BadConfig' ? BAD_CONFIG : UNREACHABLE;
  // Without a worker nothing ends the SDK's runtime, and it would keep a process that is of no use, deaf to SIGTERM.
  await Runtime.instance().shutdown();
}

import type { TelemetryOptions } from '@temporalio/worker';
import type { MongoClient } from 'mongodb';
import type { Logger } from 'pino';
import type { Config } from '../../core/config.js';
import { freePort } from '../../core/free-ports.js';
import { productVersion } from '../../core/paths.js';
import type { Database } from '../../store/database.js';
import type { CreateWorkersInput } from '../create-workers.js';
import type { ReachOptions } from '../reach.js';
import { createMetrics, type Metrics } from './registry.js';
import { startSampler } from './sampler.js';
import { serveMetrics } from './server.js';
import { createStoreFigures } from './store-figures.js';
import { watchActivity, watchAudit, watchConnections } from './watch.js';

type MetricsConfig = Pick<Config, 'metricsHost' | 'metricsPort' | 'mode' | 'dataFolder'>;

/** What a worker process is given so that it is measured. With port 0 it is the machine alone that is looked at. */
export interface Metering {
  /** For `Runtime.install`. */
  readonly sdk: Pick<TelemetryOptions, 'metrics'>;
  watchClient(client: MongoClient): void;
  readonly audit: Pick<ReachOptions, 'watchAudit'>;
  readonly activities: Pick<CreateWorkersInput, 'watchActivities'>;
  /** Looks at the machine from now on, and serves. @returns address, null where nothing is served; and how to end it */
  start(
    config: MetricsConfig,
    database: Database,
    logger: Logger,
  ): Promise<{ readonly url: string | null; close(): Promise<void> }>;
}

/** Longer than this the metrics of the SDK are left out of an answer. */
const SDK_MS = 2_000;

/** Finds a port for the SDK, and makes the registry. */
export async function prepareMetering({ metricsPort }: Pick<Config, 'metricsPort'>): Promise<Metering> {
  if (metricsPort === 0) return UNSERVED;
  const metrics = createMetrics();
  const sdkPort = await freePort();
  const bindAddress = `127.0.0.1:${sdkPort}`;
  const prometheus = { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
  return {
    sdk: { metrics: { prometheus } },
    watchClient: (client) => watchConnections(metrics, client),
    audit: { watchAudit: (audit) => watchAudit(metrics, audit) },
    activities: { watchActivities: () => watchActivity(metrics) },
    async start(config, database, logger) {
      const stopSampler = startSampler(database.db, config.dataFolder, metrics, logger);
      const server = await serve(config, database, metrics, sdkPort, logger).catch((err: unknown) => {
        logger.warn({ err, port: metricsPort }, 'the metrics cannot be served'); // no reason not to work
        return null;
      });
      return {
        url: server?.url ?? null,
        async close() {
          await server?.close();
          await stopSampler();
        },
      };
    },
  };
}

const UNSERVED: Metering = {
  sdk: {},
  watchClient: () => undefined,
  audit: {},
  activities: {},
  start: async ({ dataFolder }, { db }, logger) => ({ url: null, close: startSampler(db, dataFolder, null, logger) }),
};

function serve(config: MetricsConfig, { db }: Database, metrics: Metrics, sdkPort: number, logger: Logger) {
  const refresh = createStoreFigures(db, metrics, logger);
  metrics.set('worker', [productVersion(), config.mode], 1);
  const answer = async () => {
    const [sdk] = await Promise.all([sdkMetrics(sdkPort), refresh()]);
    return { type: metrics.registry.contentType, text: `${await metrics.registry.metrics()}${sdk}` };
  };
  return serveMetrics(config.metricsHost, config.metricsPort, answer, logger);
}

async function sdkMetrics(port: number): Promise<string> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(SDK_MS) });
    return answer.ok ? `\n${await answer.text()}` : '';
  } catch {
    return '';
  }
}

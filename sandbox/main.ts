import { BadConfig } from '../core/errors.js';
import { readArguments, USAGE } from './arguments.js';
import { startSandbox } from './sandbox.js';

async function run(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  const sandbox = await startSandbox(options);
  const end = (): void => {
    void sandbox.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.stdout.write(`${JSON.stringify({ ready: true, variables: sandbox.variables, control: sandbox.control })}\n`);
}

run().catch((error: unknown) => {
  const faults = error instanceof BadConfig ? error.faults : [error instanceof Error ? error.message : 'failed'];
  process.stderr.write(`${faults.map((fault) => `sandbox: ${fault}`).join('\n')}\n`);
  if (error instanceof BadConfig) process.stderr.write(USAGE);
  process.exitCode = error instanceof BadConfig ? 2 : 1;
});

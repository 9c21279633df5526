#!/usr/bin/env node
import { runCli } from './cli.js';
import { CliError } from './errors.js';

const INTERRUPTED = 130;
const interrupt = new AbortController();

/** The first one lets a command end in order; who asks twice wants it now. */
function onSignal(): void {
  if (interrupt.signal.aborted) process.exit(INTERRUPTED);
  interrupt.abort(new CliError('Interrupted', 'interrupted'));
}

process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
// A reader that went away (`phx … | head`) is no failure of the command.
process.stdout.on('error', (problem) => {
  if ('code' in problem && problem.code === 'EPIPE') process.exit(0);
  process.stderr.write(`stdout could not be written: ${problem.message}\n`);
  process.exit(1);
});

process.exit(await runCli(process.argv.slice(2), process, interrupt.signal));

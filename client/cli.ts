import { join } from 'node:path';
import { CommanderError } from 'commander';
import { projectRoot } from '../core/paths.js';
import type { CliContext } from './context.js';
import { CliError, problemOf } from './errors.js';
import { createOutput, type Io, writeProblem } from './output.js';
import { createProgram, type GlobalFlags } from './program.js';

const USAGE = 2;

/**
 * Runs one command line. Never throws: every failure becomes a message on stderr and an exit code.
 * @param argv without the names of node and program
 */
export async function runCli(argv: readonly string[], io: Io, signal: AbortSignal): Promise<number> {
  const refused: string[] = [];
  let exitCode = 0;
  const program = createProgram({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    outputError: (text) => void refused.push(text.replace(/^error: /, '').trim()),
    run: async (action) => {
      exitCode = await action(contextOf(program.opts<GlobalFlags>(), io, signal));
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (problem) {
    if (!(problem instanceof CommanderError)) return report(problem, argv, io);
    if (problem.exitCode === 0) return 0;
    if (refused.length === 0) return USAGE; // a group without its verb: the help was shown
    return report(new CliError('UsageError', refused, 'phx --help shows what there is'), argv, io);
  }
}

function report(error: unknown, argv: readonly string[], io: Io): number {
  const problem = problemOf(error);
  const stack = argv.includes('--verbose') && error instanceof Error ? (error.stack ?? null) : null;
  writeProblem(io, argv.includes('--json'), problem, stack);
  return problem.exitCode;
}

function contextOf(flags: GlobalFlags, io: Io, signal: AbortSignal): CliContext {
  const faults: string[] = [];
  const seconds = flags.timeout === undefined ? null : Number(flags.timeout);
  if (seconds !== null && !(seconds > 0)) faults.push(`--timeout must be seconds above 0, not "${flags.timeout}"`);
  if (flags.profile !== undefined && !/^[a-z0-9-]+$/.test(flags.profile)) {
    faults.push(`--profile must be a plain name, not "${flags.profile}"`);
  }
  if (flags.profile !== undefined && flags.config !== undefined)
    faults.push('--profile and --config exclude each other');
  if (faults.length > 0) throw new CliError('UsageError', faults);
  const profile = flags.profile === undefined ? null : join(projectRoot(), `.env.${flags.profile}`);
  return {
    out: createOutput(io, { json: flags.json === true, quiet: flags.quiet === true, colour: flags.color !== false }),
    globals: {
      verbose: flags.verbose === true,
      mode: flags.mode ?? null,
      config: flags.config ?? profile,
      timeoutMs: seconds === null ? null : seconds * 1_000,
    },
    signal,
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Io } from '../../client/output.js';
import { projectRoot } from '../../core/paths.js';

export interface PhxEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `phx` process from `dist/` that is under way. */
export interface PhxProcess {
  readonly child: ChildProcess;
  /** What it wrote to stderr so far. */
  stderr(): string;
  readonly ended: Promise<PhxEnd>;
}

/** Starts `phx`. Settings of this environment that name services are left out. */
export function startPhx(args: readonly string[], variables: Readonly<Record<string, string>>): PhxProcess {
  const { PATH, HOME, PHOENIX_CACHE } = process.env;
  const env = { PATH, HOME, ...(PHOENIX_CACHE ? { PHOENIX_CACHE } : {}), ...variables };
  const child = spawn(process.execPath, [join(projectRoot(), 'dist/client/main.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then((): PhxEnd => ({ code: child.exitCode, stdout, stderr }));
  return { child, stderr: () => stderr, ended };
}

/** Runs `phx` to its end. */
export function phx(args: readonly string[], variables: Readonly<Record<string, string>>): Promise<PhxEnd> {
  return startPhx(args, variables).ended;
}

/** Streams that keep what is written, for a command line that runs inside the test. */
export function keepingIo(): Io & { readonly written: { stdout: string; stderr: string } } {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  return { stdout: stream('stdout'), stderr: stream('stderr'), env: {}, written };
}

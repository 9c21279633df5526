import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly ok: boolean;
  /** Standard output. */
  readonly output: string;
  /** Why it failed: the end of standard error, or of output where that is empty; `''` when it worked. */
  readonly problem: string;
}

const TAIL_CHARACTERS = 1_500;

/**
 * Runs a program to its end without a shell and without input. Never throws: a program that is missing, fails or takes
 * too long is `ok: false`.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  { timeoutMs, folder }: { readonly timeoutMs: number; readonly folder?: string },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-TAIL_CHARACTERS);
    });
    child.once('error', (error) => resolve({ ok: false, output: '', problem: error.message }));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve({ ok: true, output, problem: '' });
      const end = signal === null ? `exit code ${code}` : `stopped by ${signal} (limit ${timeoutMs} ms)`;
      const text = (errors.trim() || output.trim()).slice(-TAIL_CHARACTERS);
      resolve({ ok: false, output, problem: `${program}: ${end}${text === '' ? '' : `: ${text}`}` });
    });
  });
}

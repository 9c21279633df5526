import { runCommand } from './run-command.js';

/**
 * Looks a program up on the PATH.
 * @returns its full path, null when it is not there
 */
export async function findProgram(name: string): Promise<string | null> {
  const found = await runCommand('sh', ['-c', 'command -v "$1"', 'sh', name], { timeoutMs: 5_000 });
  const path = found.output.trim();
  return found.ok && path.startsWith('/') ? path : null;
}

/**
 * First version number a program prints.
 * @returns null when it fails or prints none
 */
export async function versionOf(program: string, args: readonly string[]): Promise<string | null> {
  const answer = await runCommand(program, args, { timeoutMs: 20_000 });
  return answer.ok ? (/\d+\.\d+[\w.+-]*/.exec(answer.output)?.[0] ?? null) : null;
}

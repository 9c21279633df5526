import { BadConfig } from '../core/errors.js';
import { runCommand } from './run-command.js';

const INSTALL_MS = 10 * 60_000;
const QUIET = ['--quiet', '--disable-pip-version-check', '--no-input'];

/** Installs wheels with exact versions into a folder, without what they depend on. @throws BadConfig with pip's words */
export async function pipInstallInto(folder: string, packages: readonly string[]): Promise<void> {
  const args = ['-m', 'pip', 'install', ...QUIET, '--no-deps', '--target', folder, ...packages];
  await must('python3', args, packages);
}

/**
 * Makes a virtual environment with the packages and what they need. The folder may be renamed afterwards if its
 * commands are run as `bin/python3 bin/COMMAND`: only their first lines hold the old path.
 * @throws BadConfig with the words of venv or pip
 */
export async function pipInstallVenv(folder: string, packages: readonly string[]): Promise<void> {
  await must('python3', ['-m', 'venv', folder], packages);
  await must(`${folder}/bin/python3`, ['-m', 'pip', 'install', ...QUIET, ...packages], packages);
}

async function must(program: string, args: readonly string[], packages: readonly string[]): Promise<void> {
  const done = await runCommand(program, args, { timeoutMs: INSTALL_MS });
  if (!done.ok) throw new BadConfig([`could not install ${packages.join(', ')}: ${done.problem}`]);
}

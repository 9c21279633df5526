import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadConfig } from '../core/errors.js';
import { runCommand } from './run-command.js';

const INSTALL_MS = 10 * 60_000;
const QUIET = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];

/**
 * Installs npm packages with exact versions into `<folder>/node_modules`, apart from the project's own. Scripts do not
 * run and optional packages stay out: what is needed is named.
 * @throws BadConfig with npm's words
 */
export async function npmInstallInto(folder: string, packages: readonly string[]): Promise<void> {
  const args = ['install', '--prefix', folder, '--omit=optional', '--ignore-scripts', ...QUIET, ...packages];
  const done = await runCommand('npm', args, { timeoutMs: INSTALL_MS, folder });
  if (!done.ok) throw new BadConfig([`could not install ${packages.join(', ')}: ${done.problem}`]);
}

/**
 * Installs what a lock file names into `<folder>/node_modules`. Scripts do not run.
 * @param manifest folder with `package.json` and `package-lock.json`
 * @throws BadConfig with npm's words
 */
export async function npmCiInto(folder: string, manifest: string): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) await copyFile(join(manifest, name), join(folder, name));
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = await runCommand('npm', args, { timeoutMs: INSTALL_MS, folder });
  if (!done.ok) throw new BadConfig([`could not install ${manifest}: ${done.problem}`]);
}

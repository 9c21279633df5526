import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultCacheFolder } from '../../core/config.js';
import { findProgram } from '../../stack/find-program.js';

const run = promisify(execFile);
const PACKAGES = ['prometheus', 'prometheus-alertmanager'];
const DOWNLOAD_MS = 120_000;

export interface PrometheusTools {
  readonly promtool: string;
  readonly amtool: string;
}

/** promtool and amtool: from the environment, the PATH, or Debian's packages unpacked in the cache folder. Or the reason why not. */
export async function prometheusTools(): Promise<PrometheusTools | { readonly reason: string }> {
  const promtool = process.env.PROMTOOL_PATH ?? (await findProgram('promtool'));
  const amtool = process.env.AMTOOL_PATH ?? (await findProgram('amtool'));
  if (promtool && amtool) return { promtool, amtool };
  const folder = join(process.env.PHOENIX_CACHE ?? defaultCacheFolder(process.env), 'prometheus-tools');
  const unpacked = { promtool: join(folder, 'usr/bin/promtool'), amtool: join(folder, 'usr/bin/amtool') };
  try {
    if (!existsSync(unpacked.promtool) || !existsSync(unpacked.amtool)) await unpack(folder);
    return unpacked;
  } catch (problem) {
    return { reason: problem instanceof Error ? (problem.message.split('\n')[0] ?? 'unknown') : String(problem) };
  }
}

async function unpack(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await run('apt-get', ['download', ...PACKAGES], { cwd: folder, timeout: DOWNLOAD_MS });
  for (const file of await readdir(folder))
    if (file.endsWith('.deb')) await run('dpkg', ['-x', join(folder, file), folder], { timeout: DOWNLOAD_MS });
}

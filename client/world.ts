import { existsSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Config } from '../core/config.js';
import { sha256 } from '../core/hash.js';
import { projectRoot } from '../core/paths.js';
import type { Mode } from '../core/schemas/names.js';
import { type Faults, readWhole } from './run-request.js';

/** Flags that choose another sandbox world; `demo` alone. */
export interface WorldFlags {
  readonly recordings?: string;
  readonly parcels?: string;
}

/** The sandbox world that a demo works on. */
export interface World {
  /** Absolute path of a folder of recordings; null for the project's own. */
  readonly recordings: string | null;
  /** Most parcels of a ZIP; null for the sandbox's default. */
  readonly parcels: number | null;
}

const MOST_PARCELS = 10_000;
const DEFAULT_PARCELS = 120;
const OWN_RECORDINGS = 'sandbox/recordings/maricopa';

/** Reads the flags that choose a world; adds what is wrong with them to `faults`. */
export function readWorldFlags(flags: WorldFlags, mode: Mode | null, faults: Faults): World {
  const parcels = readWhole('--parcels', flags.parcels, 1, MOST_PARCELS, faults);
  const folder = flags.recordings === undefined ? null : resolve(flags.recordings);
  if (folder !== null && !isFolder(folder)) faults.add(`--recordings: ${folder} is no folder`);
  if (mode !== null && mode !== 'demo' && (folder !== null || flags.parcels !== undefined)) {
    faults.add(`--recordings and --parcels belong to mode demo; mode ${mode} asks the real services`);
  }
  return {
    recordings: folder === join(projectRoot(), OWN_RECORDINGS) ? null : folder,
    parcels: parcels === DEFAULT_PARCELS ? null : parcels,
  };
}

/** Arguments of the sandbox process for a world. */
export function sandboxArgsOf({ recordings, parcels }: World): readonly string[] {
  return [
    ...(recordings === null ? [] : ['--recordings', recordings]),
    ...(parcels === null ? [] : ['--parcels', String(parcels)]),
  ];
}

/**
 * Data folder of a world. Another world than the default has a folder of its own, named by what is in it, so that facts
 * of two worlds never meet in one database. A folder named by a person (`PHOENIX_DATA`) is kept.
 */
export async function dataFolderOf(config: Config, world: World): Promise<string> {
  const isDefault = world.recordings === null && world.parcels === null;
  if (isDefault || config.mode !== 'demo' || config.origins.PHOENIX_DATA !== 'default') return config.dataFolder;
  const content = world.recordings === null ? 'own recordings' : await contentHashOf(world.recordings);
  return `${config.dataFolder}-${sha256(`${content}\n${world.parcels ?? DEFAULT_PARCELS}`).slice(0, 8)}`;
}

async function contentHashOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines = await Promise.all(
    files.sort().map(async (file) => `${relative(folder, file)} ${sha256(await readFile(file))}`),
  );
  return sha256(lines.join('\n'));
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

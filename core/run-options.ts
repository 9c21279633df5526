import type { Mode } from './schemas/names.js';
import type { RunOptions } from './schemas/run.js';

/** Most records of a ZIP in mode `test`, which asks real services to see whether they answer, not to have their data. */
const TEST_MODE_LIMIT = 25;

/** Options as a mode allows them. */
export function optionsIn(mode: Mode, options: RunOptions): RunOptions {
  if (mode !== 'test') return options;
  return { ...options, limit: Math.min(options.limit ?? TEST_MODE_LIMIT, TEST_MODE_LIMIT) };
}

import { DEFAULT_RUN_OPTIONS } from '../../core/schemas/run.js';

/** Uses at run time what workflows may use in types alone: shows that the check of the bundle can fail. */
export async function unfit(): Promise<number> {
  return Object.keys(DEFAULT_RUN_OPTIONS).length;
}

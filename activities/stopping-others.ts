import { SchemaDrift } from '../core/errors.js';
import type { Window } from '../core/schemas/collect.js';

/**
 * Runs work on a source and, when it shows that the source has changed, stops what other lanes of the run are about to ask of it.
 * @throws what the work throws; when the others could not be told, its message says so: they find out for themselves
 */
export async function stoppingOthers<R>(
  tell: (window: Window, drift: SchemaDrift) => Promise<void>,
  window: Window,
  work: () => Promise<R>,
): Promise<R> {
  try {
    return await work();
  } catch (problem) {
    if (problem instanceof SchemaDrift) {
      await tell(window, problem).catch((why: unknown) => {
        problem.addNote(`other lanes were not told: ${why instanceof Error ? why.message : 'unknown'}`);
      });
    }
    throw problem;
  }
}

import type { Db } from 'mongodb';
import { AuthRejected } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';
import { pauseRefused } from '../store/decisions.js';

/**
 * Runs work on a source and pauses the source when it refuses every credential: once, until a person lets it go on, so
 * that no later request and no later day asks in vain.
 * @throws what the work throws. A pause that could not be written is told in its message: asking the source again for the
 *   sake of the pause would be worse
 */
export async function pausingWhenRefused<R>(db: Db, source: SourceName, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (problem) {
    if (problem instanceof AuthRejected) {
      await pauseRefused(db, source, problem).catch((why: unknown) => {
        problem.addNote(`the pause was not written: ${why instanceof Error ? why.message : 'unknown'}`);
      });
    }
    throw problem;
  }
}

import { ActivityFailure, ApplicationFailure, patched } from '@temporalio/workflow';
import { cancelRequested } from './failures.js';

/**
 * Activities that wait out a freeze. One that meets it is tried again by Temporal; when its time or its attempts are used up by
 * that, it is begun anew, so that a freeze of any length fails nothing.
 */
export function heldWhileFrozen<Activities extends object>(activities: Activities): Activities {
  return new Proxy(activities, { get: (target, name, receiver) => waiting(Reflect.get(target, name, receiver)) });
}

/** A function, and functions that hang on it (`executeWithOptions`). */
function waiting(work: unknown): unknown {
  if (typeof work !== 'function') return work;
  return new Proxy(work, {
    apply: (target, self, given) => {
      const begin = () => Reflect.apply(target, self, given);
      return patched('held-while-frozen') ? untilNotFrozen(begin) : begin();
    },
    get: (target, name, receiver) => waiting(Reflect.get(target, name, receiver)),
  });
}

async function untilNotFrozen(begin: () => unknown): Promise<unknown> {
  for (;;) {
    try {
      return await begin();
    } catch (problem) {
      if (!endedByFreeze(problem) || cancelRequested()) throw problem;
    }
  }
}

function endedByFreeze(problem: unknown): boolean {
  if (!(problem instanceof ActivityFailure)) return false;
  for (let at: unknown = problem.cause; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.type === 'Frozen') return true;
  }
  return false;
}

import { Frozen } from '../core/errors.js';
import type { Emergency } from '../core/schemas/pace.js';
import type { HostLimit, Limiter } from './limiter.js';

/** What stood before a grant that took longer may stand no more. */
const RECHECK_AFTER_MS = 50;

/**
 * A limiter that gives no leave while everything is frozen, and lower ceilings while the pace comes back in steps. A request that
 * has its leave already ends; one that waits for its time gives it back.
 * @param read asked before and after every wait
 */
export function underEmergency(limiter: Limiter, read: () => Promise<Emergency>): Limiter {
  return {
    ...limiter,
    async acquire(host, limit, asker) {
      for (;;) {
        const { percent } = await unfrozen(read);
        const askedAtMs = performance.now();
        const grant = await limiter.acquire(host, loweredTo(percent, limit), asker);
        if (performance.now() - askedAtMs < RECHECK_AFTER_MS) return grant;
        try {
          if ((await unfrozen(read)).percent >= percent) return grant;
        } catch (problem) {
          await limiter.release(host, grant, false);
          throw problem;
        }
        await limiter.release(host, grant, false);
      }
    },
  };
}

/** Work that asks an outside service beside the limiter, and is not begun while everything is frozen. @throws Frozen */
export function ifNotFrozen<Arguments extends unknown[], Result>(
  work: (...input: Arguments) => Promise<Result>,
  read: () => Promise<Emergency>,
): (...input: Arguments) => Promise<Result> {
  return async (...input) => {
    await unfrozen(read);
    return work(...input);
  };
}

async function unfrozen(read: () => Promise<Emergency>): Promise<Emergency> {
  const state = await read();
  if (state.frozen !== null) throw new Frozen(state.frozen);
  return state;
}

/** The same number of requests, in a window that is longer by so much. */
function loweredTo(percent: number, limit: HostLimit): HostLimit {
  return percent >= 100 ? limit : { ...limit, windowMs: Math.ceil((limit.windowMs * 100) / percent) };
}

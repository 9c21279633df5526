import type { Pace } from '../core/schemas/pace.js';
import { MARGIN_MS } from './limit-updates.js';
import type { HostLimit, Limiter } from './limiter.js';

/** Time between two requests at a pace, in milliseconds. */
function spacingOf({ requests, windowMs }: Pace): number {
  return windowMs / requests;
}

/** Whether a pace is slower than a ceiling. The ceiling's own margin counts as well, so that no window can grow. */
export function isSlower(pace: Pace, limit: Pick<HostLimit, 'windowLimit' | 'windowMs'>): boolean {
  return spacingOf(pace) > spacingMs(limit);
}

/** Time between two requests at a ceiling, its margin included, in milliseconds. */
export function spacingMs({ windowLimit, windowMs }: Pick<HostLimit, 'windowLimit' | 'windowMs'>): number {
  return (windowMs + MARGIN_MS) / windowLimit;
}

/** The ceiling lowered to the slowest of some paces. One that would raise it changes nothing. */
export function lowered(limit: HostLimit, paces: readonly Pace[]): HostLimit {
  const slowest = paces.filter((pace) => isSlower(pace, limit)).sort((a, b) => spacingOf(b) - spacingOf(a))[0];
  return slowest ? { ...limit, windowLimit: slowest.requests, windowMs: slowest.windowMs } : limit;
}

/**
 * A limiter that holds each host to its ceiling or to a slower pace that somebody asked for: an operator, or the site's own
 * `Crawl-delay`.
 * @param pacesOf asked before every request
 */
export function withPaces(limiter: Limiter, pacesOf: (host: string) => Promise<readonly Pace[]>): Limiter {
  return {
    ...limiter,
    acquire: async (host, limit, asker) => limiter.acquire(host, lowered(limit, await pacesOf(host)), asker),
  };
}

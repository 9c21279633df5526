import type { ServiceAnswer } from './http-service.js';

/** A robots.txt that lets nobody in. */
export const DISALLOW_ALL = 'User-agent: *\nDisallow: /\n';

/** Answer to `/robots.txt`; it needs no token on any service. */
export function robots(text: string): ServiceAnswer {
  return { status: 200, headers: { 'content-type': 'text/plain; charset=UTF-8' }, body: text };
}

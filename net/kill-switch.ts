import { Blocked } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';

/**
 * Puts an operator's pause before every request: nothing leaves for a source that is paused. A request in flight ends first.
 * @param reasonOf why a source is paused, asked before each request; null when it is not
 * @throws Blocked with that reason: the source stops
 */
export function unlessPaused<Request extends { readonly source: SourceName }, Answer>(
  send: (request: Request) => Promise<Answer>,
  reasonOf: (source: SourceName) => Promise<string | null>,
): (request: Request) => Promise<Answer> {
  return async (request) => {
    const reason = await reasonOf(request.source);
    if (reason !== null) throw new Blocked(request.source, reason);
    return send(request);
  };
}

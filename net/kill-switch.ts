import type { PhoenixError } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';

/**
 * Puts a pause before every request: nothing leaves for a source that is paused. A request in flight ends first.
 * @param pauseOf the error of a source that is paused, asked before each request; null when it is not
 * @throws that error: Blocked for a person's pause, AuthRejected for one after refused credentials; the source stops
 */
export function unlessPaused<Request extends { readonly source: SourceName }, Answer>(
  send: (request: Request) => Promise<Answer>,
  pauseOf: (source: SourceName) => Promise<PhoenixError | null>,
): (request: Request) => Promise<Answer> {
  return async (request) => {
    const paused = await pauseOf(request.source);
    if (paused !== null) throw paused;
    return send(request);
  };
}

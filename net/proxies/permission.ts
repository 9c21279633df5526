import { Blocked } from '../../core/errors.js';
import type { SourceName } from '../../core/schemas/names.js';

/**
 * Why a source that is set to go through proxies may not: what, why, and what next. Null when it may, and for a source that goes
 * directly.
 * @param sources those set to go through proxies (`PROXY_SOURCES`)
 * @param permitted whether a recorded permission for proxies holds now
 */
export async function proxyRefusal(
  source: SourceName,
  sources: readonly string[],
  permitted: (source: SourceName) => Promise<boolean>,
): Promise<string | null> {
  if (!sources.includes(source) || (await permitted(source))) return null;
  return `it is set to go through proxies (PROXY_SOURCES), and no permission for that is recorded; phx sources permit ${source} --for proxies --reference … --by … records one, or take it out of PROXY_SOURCES`;
}

/**
 * Puts the permission before every request: without it neither the source nor a proxy nor the proxy service is asked.
 * @throws Blocked with the reason: the source stops
 */
export function ifProxiesPermitted<Request extends { readonly source: SourceName }, Answer>(
  send: (request: Request) => Promise<Answer>,
  refusalOf: (source: SourceName) => Promise<string | null>,
): (request: Request) => Promise<Answer> {
  return async (request) => {
    const refusal = await refusalOf(request.source);
    if (refusal !== null) throw new Blocked(request.source, refusal);
    return send(request);
  };
}

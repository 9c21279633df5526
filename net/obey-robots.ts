import { Blocked } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';
import type { HttpAnswer, HttpGet, HttpRequest } from './http-client.js';
import type { SourceTarget } from './polite-request.js';
import { createRobotsGate, type RobotsGate } from './robots.js';

/** Redirects of a robots.txt that are followed (RFC 9309, 2.3.1.2). */
const MOST_REDIRECTS = 5;

/**
 * Puts robots.txt before every request of every HTTP source. The file is asked for without credentials, within the host's
 * limit and audit, at most once a day and process. A 4xx means no limits; a 5xx or no answer raises what it is, and
 * nothing else is asked meanwhile.
 * @param tellCrawlDelay hears before each request how far apart the site wants requests, in milliseconds; 0 for no wish
 * @throws Blocked when the file disallows the address, or leads to another origin
 */
export function obeyRobots(
  get: HttpGet,
  targets: Readonly<Partial<Record<SourceName, SourceTarget>>>,
  tellCrawlDelay: (host: string, crawlDelayMs: number) => void,
): HttpGet {
  const gates = new Map<string, RobotsGate>();
  const gateOf = (origin: string): RobotsGate => {
    const gate = gates.get(origin) ?? createRobotsGate();
    gates.set(origin, gate);
    return gate;
  };
  return async (request) => {
    const { origin, host } = new URL(request.url);
    if (origin !== targets[request.source]?.origin) return get(request); // a token service, or refused there
    const rules = await gateOf(origin).rules(() => readFile(get, request, origin), request.signal);
    if (!rules.allows(request.url)) throw new Blocked(request.source, `robots.txt of ${host} disallows ${request.url}`);
    tellCrawlDelay(host, rules.crawlDelayMs);
    return get(request);
  };
}

/** The window is left out: the file belongs to the host, and is not in the request budget of one run. */
async function readFile(get: HttpGet, { source, signal }: HttpRequest, origin: string): Promise<HttpAnswer> {
  let url = `${origin}/robots.txt`;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await get({
      source,
      endpoint: 'robots',
      url,
      headers: {},
      window: null,
      signal,
      refusalOf: () => null,
    });
    if (answer.status < 300 || answer.status >= 400) return answer;
    if (redirects === MOST_REDIRECTS) throw new Blocked(source, `${origin}/robots.txt: more than five redirects`);
    url = nextAddress(source, url, answer.location);
  }
}

function nextAddress(source: SourceName, url: string, location: string | null): string {
  const { origin } = new URL(url);
  const next = location !== null && URL.canParse(location, url) ? new URL(location, url) : null;
  if (next?.origin !== origin) throw new Blocked(source, `${url} leads to another place, where the source may not go`);
  return next.href;
}

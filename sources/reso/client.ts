import { AuthRejected, UnsafeTarget } from '../../core/errors.js';
import type { Json } from '../../core/hash.js';
import type { Window } from '../../core/schemas/collect.js';
import type { HttpAnswer, HttpGet } from '../../net/http-client.js';
import { failureIn, isTokenRefused, jsonOf, refusalOf } from './errors.js';
import { FIELD_NAMES } from './fields.js';
import { quotaEaseMs, quotaPauseMs } from './quota.js';
import type { WalkSpan } from './schema.js';
import { RESO, type ResoSettings } from './settings.js';
import { createTokens } from './tokens.js';

/** What the service answered, and to which request. */
export interface Asked {
  readonly json: Json;
  readonly url: string;
  readonly fetchId: string;
  readonly fetchedAt: string;
}

/**
 * The service over HTTP. Nothing is tried again here, save once with a new token when the one held has run out. All raise what
 * `HttpGet` raises, and AuthRejected, Blocked (the source stops), ResponseInvalid (the page is not usable), SourceUnavailable,
 * RateLimited (tried again), UnsafeTarget (not a ZIP code, or an address elsewhere).
 */
export interface ResoClient {
  /** Listings of the window's ZIP code, as the part of the walk asks for them, from the row after `skip` on. */
  listings(span: WalkSpan, skip: number, window: Window, signal: AbortSignal): Promise<Asked>;
  /** The page behind a link of the service. */
  follow(link: string, window: Window, signal: AbortSignal): Promise<Asked>;
  /** One key of any listing: the cheapest question there is. */
  anyKey(signal: AbortSignal): Promise<Asked>;
}

export function createResoClient(
  http: HttpGet,
  { baseUrl, credentials, statuses, pageRows }: ResoSettings,
): ResoClient {
  const { origin } = new URL(baseUrl);
  const tokens = createTokens(http, credentials);

  async function ask(endpoint: string, url: string, window: Window | null, signal: AbortSignal): Promise<Asked> {
    const token = await tokens.bearer(window, signal);
    let isRefused = false;
    const refused = (answer: HttpAnswer) => {
      isRefused = isTokenRefused(answer);
      return refusalOf(answer, url);
    };
    const send = async (bearer: string): Promise<Asked> => {
      const answer = await http({
        source: RESO,
        endpoint,
        url,
        window,
        signal,
        headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
        refusalOf: refused,
        failureIn: (usable) => failureIn(usable, url),
        pauseOf: (headers) => quotaPauseMs(headers, Date.now()),
        easeOf: (headers) => quotaEaseMs(headers, Date.now()),
      });
      const { fetchId, fetchedAt } = answer;
      return { json: jsonOf(answer, url), url, fetchId, fetchedAt };
    };
    try {
      return await send(token);
    } catch (problem) {
      if (!(problem instanceof AuthRejected) || !isRefused || !tokens.forget(token)) throw problem;
      return send(await tokens.bearer(window, signal));
    }
  }

  return {
    async listings(span, skip, window, signal) {
      const url = addressOf(baseUrl, {
        $select: span.part === 'keys' ? 'ListingKey' : FIELD_NAMES.join(','),
        $filter: filterOf(window.zip, span, statuses),
        $orderby: isByTime(span) ? 'ModificationTimestamp,ListingKey' : 'ListingKey',
        $top: String(pageRows),
        ...(skip > 0 ? { $skip: String(skip) } : {}),
        $count: 'true',
      });
      return ask('property-page', url, window, signal);
    },
    async follow(link, window, signal) {
      return ask('property-page', checkedLink(link, origin), window, signal);
    },
    anyKey: (signal) => ask('probe', addressOf(baseUrl, { $select: 'ListingKey', $top: '1' }), null, signal),
  };
}

const isByTime = ({ part }: WalkSpan) => part === 'changes' || part === 'past';

/**
 * Condition of a part of a walk. What changed is asked for in every status, so that a listing that leaves the market says so itself.
 * @throws UnsafeTarget for anything but a ZIP code: it becomes part of a condition in the service's query language
 */
function filterOf(zip: string, span: WalkSpan, statuses: readonly string[]): string {
  if (!/^\d{5}$/.test(zip)) throw new UnsafeTarget(`${RESO}: "${zip.slice(0, 20)}" is no ZIP code`);
  const place = `PostalCode eq '${zip}'`;
  if (!isByTime(span)) {
    const wanted = statuses.map((status) => `StandardStatus eq '${status}'`).join(' or ');
    return `${place} and (${wanted})`;
  }
  const before = span.until === null ? '' : ` and ModificationTimestamp lt ${span.until}`;
  return `${place} and ModificationTimestamp ge ${span.since}${before}`;
}

/** Names of options stay as they are and blanks become `%20`: not every OData service takes `%24` and `+`. */
function addressOf(baseUrl: string, options: Readonly<Record<string, string>>): string {
  const query = Object.entries(options).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${baseUrl}/Property?${query.join('&')}`;
}

/** Names of parameters that carry secrets; an address with one would be written into histories and audits. */
const SECRET_PARAMETER = /^(access_?token|token|api_?key|client_secret|authorization)$/i;

/**
 * A link of the service, to be asked exactly as it was given.
 * @throws UnsafeTarget when it leads to another origin, or holds a secret
 */
export function checkedLink(link: string, origin: string): string {
  const url = URL.canParse(link) ? new URL(link) : null;
  if (url?.origin !== origin || url.username !== '' || url.password !== '') {
    throw new UnsafeTarget(`${RESO}: the link to the next page leads away from ${origin}`);
  }
  if ([...url.searchParams.keys()].some((name) => SECRET_PARAMETER.test(name))) {
    throw new UnsafeTarget(`${RESO}: the link to the next page holds a secret`);
  }
  return link;
}

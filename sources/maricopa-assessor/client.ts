import { PhoenixError, ResponseInvalid, SourceUnavailable, UnsafeTarget } from '../../core/errors.js';
import { displayParcelNumber } from '../../core/ids.js';
import type { Window } from '../../core/schemas/collect.js';
import type { TroubleWatch } from '../../core/trouble-watch.js';
import type { HttpAnswer, HttpGet } from '../../net/http-client.js';
import { createCredentials, refusalIn, type Sent } from './credentials.js';
import { type Content, contentOf, failureIn, isUnexplained, refusalOf } from './errors.js';
import type { DocumentKind } from './kinds.js';
import { type Credential, MARICOPA, type MaricopaSettings } from './settings.js';

/** What the service answered, and to which request. */
export interface Asked {
  readonly content: Content;
  /** Address asked; the token is in a header. */
  readonly url: string;
  readonly fetchId: string;
  readonly fetchedAt: string;
}

/**
 * The county's service over HTTP. Nothing is tried again here, save with the other token when one is refused. Both raise
 * what `HttpGet` raises, and AuthRejected (every token was refused), Blocked (the source stops), ResponseInvalid (the page
 * is not usable), SourceUnavailable (body cut short, or a page in its place; tried again).
 */
export interface MaricopaClient {
  /**
   * One page of the property search.
   * @param page counts from 1
   * @throws UnsafeTarget for an empty search, which the service would answer with nothing
   */
  search(words: string, page: number, window: Window | null, signal: AbortSignal): Promise<Asked>;
  /** One answer about a parcel, by compact number: the full document, or a part of it. */
  document(kind: DocumentKind, parcelNumber: string, window: Window | null, signal: AbortSignal): Promise<Asked>;
}

/** A search that has always had results; tells a refused token from an outage. */
export const KNOWN_GOOD_SEARCH = '85031';

const UNEXPLAINED = 'an empty page with status 500 and no reason';

interface Call {
  readonly endpoint: string;
  readonly url: string;
  readonly window: Window | null;
  readonly signal: AbortSignal;
}

export function createMaricopaClient(
  http: HttpGet,
  { baseUrl, credentials: all }: MaricopaSettings,
  watch: Pick<TroubleWatch, 'handled'>,
): MaricopaClient {
  const credentials = createCredentials(all, watch);

  async function send(call: Call, credential: Credential | null): Promise<Sent> {
    let unexplained = false;
    const refused = (answer: HttpAnswer) => {
      unexplained = isUnexplained(answer);
      // Of the page, not of the host: five of them at start-up must not open the circuit before it is known what they mean.
      return unexplained ? new ResponseInvalid(MARICOPA, UNEXPLAINED) : refusalOf(answer);
    };
    const headers: Readonly<Record<string, string>> = credential === null ? {} : { AUTHORIZATION: credential.token };
    try {
      const pages = (answer: HttpAnswer) => failureIn(answer, call.url);
      const request = { source: MARICOPA, headers, refusalOf: refused, failureIn: pages, ...call };
      return { status: 'answered', answer: await http(request) };
    } catch (problem) {
      const refusal = refusalIn(problem, unexplained);
      if (refusal !== 'unexplained') return { status: 'failed', problem, refusal };
      const outage = new SourceUnavailable(new URL(call.url).host, UNEXPLAINED, { cause: problem });
      return { status: 'failed', problem: outage, refusal };
    }
  }

  async function ask(call: Call): Promise<Asked> {
    const { window, signal } = call;
    const answer = await credentials.use({
      ask: (credential) => send(call, credential),
      askKnownGood: (credential) => send(searchCall(KNOWN_GOOD_SEARCH, 1, window, signal), credential),
      async siteIsServed() {
        const site = { endpoint: 'site-page', url: `${baseUrl}/`, window, signal };
        try {
          return (await http({ source: MARICOPA, headers: {}, refusalOf, ...site })).status < 400;
        } catch (problem) {
          if (problem instanceof PhoenixError) return false;
          throw problem;
        }
      },
    });
    const { fetchId, fetchedAt } = answer;
    return { content: contentOf(answer, call.url), url: call.url, fetchId, fetchedAt };
  }

  const searchCall = (words: string, page: number, window: Window | null, signal: AbortSignal): Call => ({
    endpoint: 'search-property',
    url: `${baseUrl}/search/property/?${new URLSearchParams({ q: words, page: String(page) })}`,
    window,
    signal,
  });

  return {
    async search(words, page, window, signal) {
      if (words.trim() === '') throw new UnsafeTarget(`${MARICOPA}: a search without words is not sent`);
      return ask(searchCall(words, page, window, signal));
    },
    document(kind, parcelNumber, window, signal) {
      const part = kind === 'parcel' ? '' : `/${kind}`;
      const url = `${baseUrl}/parcel/${displayParcelNumber(parcelNumber)}${part}`;
      return ask({ endpoint: kind, url, window, signal });
    },
  };
}

import { AuthRejected, PhoenixError, UnsafeTarget } from '../../core/errors.js';
import { displayParcelNumber } from '../../core/ids.js';
import type { Window } from '../../core/schemas/collect.js';
import type { HttpAnswer, HttpGet } from '../../net/http-client.js';
import { type Content, contentOf, isUnexplained, refusalOf } from './errors.js';
import { MARICOPA, type MaricopaSettings } from './settings.js';

/** What the service answered, and to which request. */
export interface Asked {
  readonly content: Content;
  /** Address asked; the token is in a header. */
  readonly url: string;
  readonly fetchId: string;
  readonly fetchedAt: string;
}

/**
 * The county's service over HTTP. Nothing is tried again here. Both raise what `HttpGet` raises, and AuthRejected, Blocked
 * (the source stops), ResponseInvalid (the page is not usable), SourceUnavailable (body cut short; tried again).
 */
export interface MaricopaClient {
  /**
   * One page of the property search.
   * @param page counts from 1
   * @throws UnsafeTarget for an empty search, which the service would answer with nothing
   */
  search(words: string, page: number, window: Window | null, signal: AbortSignal): Promise<Asked>;
  /** The full document of a parcel, by compact number. */
  parcel(parcelNumber: string, window: Window | null, signal: AbortSignal): Promise<Asked>;
}

/** A search that has always had results; tells a refused token from an outage. */
export const KNOWN_GOOD_SEARCH = '85031';

interface Call {
  readonly endpoint: string;
  readonly url: string;
  readonly window: Window | null;
  readonly signal: AbortSignal;
}

export function createMaricopaClient(http: HttpGet, { baseUrl, token }: MaricopaSettings): MaricopaClient {
  const headers: Readonly<Record<string, string>> = token === null ? {} : { AUTHORIZATION: token };

  /** Sends one request; says beside any error whether the answer was an unexplained 500. */
  async function send(
    call: Call,
  ): Promise<{ readonly answer: HttpAnswer } | { readonly problem: unknown; readonly unexplained: boolean }> {
    let unexplained = false;
    const refused = (answer: HttpAnswer) => {
      unexplained = isUnexplained(answer);
      return refusalOf(answer);
    };
    try {
      return { answer: await http({ source: MARICOPA, headers, refusalOf: refused, ...call }) };
    } catch (problem) {
      return { problem, unexplained };
    }
  }

  async function ask(call: Call): Promise<Asked> {
    const sent = await send(call);
    if ('answer' in sent) {
      const { fetchId, fetchedAt } = sent.answer;
      return { content: contentOf(sent.answer, call.url), url: call.url, fetchId, fetchedAt };
    }
    if (sent.unexplained && (await isTokenRefused(call))) {
      throw new AuthRejected(MARICOPA, 'empty answers with status 500, to a known-good search too: the token', {
        cause: sent.problem,
      });
    }
    throw sent.problem;
  }

  /** Asks once for what is always there. Anything but the same refusal leaves the first answer an outage. */
  async function isTokenRefused({ window, signal }: Call): Promise<boolean> {
    const sent = await send(searchCall(KNOWN_GOOD_SEARCH, 1, window, signal));
    if ('answer' in sent) return false;
    if (!(sent.problem instanceof PhoenixError)) throw sent.problem;
    return sent.unexplained || sent.problem instanceof AuthRejected;
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
    parcel: (parcelNumber, window, signal) =>
      ask({ endpoint: 'parcel', url: `${baseUrl}/parcel/${displayParcelNumber(parcelNumber)}`, window, signal }),
  };
}

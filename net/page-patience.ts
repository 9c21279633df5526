import { type PhoenixError, ResponseInvalid, SchemaDrift, SourceUnavailable } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';
import type { HttpGet, HttpRequest } from './http-client.js';

/** What a run has met so far where it asked as one request does. */
export interface PageHistory {
  /** Pages in a row that the address gave, and after which others got data from the same endpoint. */
  readonly passedBy: number;
  /** Since when the endpoint gives nothing but pages, epoch milliseconds; null when it gave data last. */
  readonly onlyPagesSinceMs: number | null;
  /** Different addresses among those pages. */
  readonly addresses: number;
  /** Whether the source gave data from another endpoint since then. */
  readonly otherData: boolean;
}

export interface AskedOf {
  readonly runKey: string;
  readonly source: SourceName;
  readonly endpoint: string;
  readonly url: string;
}

export interface Patience {
  /** Tries of one address while others get data. */
  readonly tries: number;
  /** Time in which an endpoint may give nothing but pages. */
  readonly ms: number;
}

/** A gateway's page is over in minutes (assumed); six tries take half a minute and lose one of some ten thousand at one page in five. */
const PATIENCE: Patience = { tries: 6, ms: 900_000 };

/**
 * Ends the tries of requests that get a page in the place of data. Each try is a step of its own that Temporal repeats with
 * back-off, so what came of the earlier ones is read from the audit: it is the same for all workers, and outlives them.
 * @throws ResponseInvalid when the address alone gives pages, or its endpoint for too long; SchemaDrift when nothing of the source
 * gives data any more: it stops, so that no further page is asked in vain
 */
export function withPagePatience(
  get: HttpGet,
  historyOf: (asked: AskedOf) => Promise<PageHistory>,
  patience: Patience = PATIENCE,
): HttpGet {
  return async (request) => {
    try {
      return await get(request);
    } catch (problem) {
      const { window, source, endpoint, url } = request;
      if (!(problem instanceof SourceUnavailable && problem.isPage) || window === null) throw problem;
      const history = await historyOf({ runKey: window.runKey, source, endpoint, url });
      throw endOf(request, problem, history, patience) ?? problem;
    }
  };
}

function endOf(
  { source, endpoint }: HttpRequest,
  cause: SourceUnavailable,
  { passedBy, onlyPagesSinceMs, addresses, otherData }: PageHistory,
  { tries, ms }: Patience,
): PhoenixError | null {
  if (passedBy >= tries)
    return new ResponseInvalid(source, `${cause.message}, ${passedBy} times while others got data`, { cause });
  if (onlyPagesSinceMs === null || Date.now() - onlyPagesSinceMs < ms) return null;
  const since = new Date(onlyPagesSinceMs).toISOString();
  if (otherData || addresses < 2)
    return new ResponseInvalid(source, `${cause.message}, and nothing else since ${since}`, { cause });
  return new SchemaDrift(source, '$', `pages and no data since ${since}, the last of ${endpoint}: ${cause.message}`, {
    cause,
  });
}

import type { PhoenixError } from '../core/errors.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceName } from '../core/schemas/names.js';

/** One GET of a source. */
export interface HttpRequest {
  readonly source: SourceName;
  /** Short name of the endpoint for audit and statistics, for example `search-property`. */
  readonly endpoint: string;
  readonly url: string;
  /** Headers besides the user agent; credentials go here and are never stored. */
  readonly headers: Readonly<Record<string, string>>;
  /** Window the request is for; null for probes. */
  readonly window: Window | null;
  readonly signal: AbortSignal;
  /**
   * Looks at an answer of status 400 or more before it is counted. Gives the error it means, or null for the plain
   * meaning: 5xx is SourceUnavailable, 4xx is handed back to the caller.
   */
  readonly refusalOf: (answer: HttpAnswer) => PhoenixError | null;
}

export interface HttpAnswer {
  readonly status: number;
  /** Reason phrase; empty over HTTP/2. */
  readonly reason: string;
  /** Lower-case media type without parameters, `''` when absent. */
  readonly contentType: string;
  readonly text: string;
  /** Id of the request in `fetches`. */
  readonly fetchId: string;
  /** When the answer had arrived whole, ISO 8601 UTC. */
  readonly fetchedAt: string;
}

/**
 * Sends one request within the host's limit and writes the audit row. Does not retry: Temporal does.
 * @throws RateLimited (429, or our ceiling is more than 20 s away), NetworkError, SourceUnavailable, and what `refusalOf` gives
 */
export type HttpGet = (request: HttpRequest) => Promise<HttpAnswer>;

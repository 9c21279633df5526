import type { PhoenixError, SchemaDrift } from '../core/errors.js';
import type { CaptchaChallenge } from '../core/schemas/captcha.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceName } from '../core/schemas/names.js';

/** One page of a site, to be opened in a real browser. */
export interface PageVisit {
  readonly source: SourceName;
  /** Short name of the page kind for audit and statistics, for example `results`. */
  readonly endpoint: string;
  /** Must lie on the origin the source is configured for. */
  readonly url: string;
  /** Window the page is for; null for probes. */
  readonly window: Window | null;
  readonly signal: AbortSignal;
  /**
   * CSS selector that tells a finished page. When it does not show up in time the page is handed over as it is: the
   * source judges it. Null: the parsed document is enough.
   */
  readonly waitFor: string | null;
  /**
   * CSS selector of what may stand in the place of the page, such as the box of a captcha: once it shows up the page is waited for
   * one more second and not longer.
   */
  readonly wall?: string;
  /**
   * Looks at every page before it is counted, since a site may refuse with 200. Gives the error it means, or null for
   * the plain meaning: 429 is RateLimited, 5xx is SourceUnavailable, all else goes to the caller.
   */
  readonly refusalOf: (answer: PageAnswer) => PhoenixError | null;
  /**
   * Pure. The captcha of a page that `refusalOf` took for Blocked; null when it shows none that can be answered. Left out:
   * captchas of this source are never answered.
   */
  readonly captchaIn?: (answer: PageAnswer) => CaptchaChallenge | null;
  /**
   * Pure. Whether a page that is handed over is in a layout that nobody can read: every other lane of the run is stopped before
   * this page gives back its place. Left out: nobody is.
   */
  readonly driftIn?: (answer: PageAnswer) => SchemaDrift | null;
  /** See `RequestAbout`. */
  readonly evenIfStopped?: boolean;
  /** Pure. Takes personal words out of a page; asked before a page that failed is kept. */
  readonly redact: (html: string) => string;
}

/** A page as the browser shows it. */
export interface PageAnswer {
  /** Status of the document shown last, after redirects and reloads by scripts. */
  readonly status: number;
  /** Lower-case media type without parameters, `''` when absent. */
  readonly contentType: string;
  /** The document as it stands after its scripts ran. */
  readonly html: string;
  readonly finalUrl: string;
  /** Id of the request in `fetches`. */
  readonly fetchId: string;
  /** When the page was read, ISO 8601 UTC. */
  readonly fetchedAt: string;
}

/**
 * Opens one page within the host's limit and writes the audit row. Does not retry: Temporal does.
 * @throws RateLimited (429, or our ceiling is more than 20 s away), NetworkError, SourceUnavailable, BrowserCrashed,
 * UnsafeTarget (other host), BadConfig (no browser at the configured path), what `refusalOf` gives, and what
 * `CaptchaSolver.solve` throws where a captcha stands before the page
 */
export type VisitPage = (visit: PageVisit) => Promise<PageAnswer>;

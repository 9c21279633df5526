import { type PhoenixError, RateLimited, SourceUnavailable, UnsafeTarget } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';
import type { PageVerdict } from '../core/visitor-session.js';
import type { BrowserPool } from './browser.js';
import { type KeepFailedPage, keepPageOf } from './failed-page.js';
import { retryAfterMs } from './http-client.js';
import type { LoadedPage } from './page-load.js';
import type { PageAnswer, PageVisit, VisitPage } from './page-visit.js';
import { type Answered, type PoliteDeps, type SourceTarget, sendPolitely } from './polite-request.js';

export interface VisitPageDeps extends PoliteDeps {
  readonly pool: BrowserPool;
  /** Where each source may go; `limit.requestTimeoutMs` must not be below the pool's `longestLoadMs`. */
  readonly targets: Readonly<Partial<Record<SourceName, SourceTarget>>>;
  readonly keepFailedPage: KeepFailedPage;
}

/** Pause after a 429 that names none. */
const UNNAMED_PAUSE_MS = 60_000;

/**
 * Binds the browser pool to the limiter and the audit: one visit is one granted request and one row of `fetches`.
 * Pictures and fonts are not loaded; scripts and style sheets of a page count as part of its visit.
 */
export function createVisitPage({ pool, targets, keepFailedPage, ...polite }: VisitPageDeps): VisitPage {
  return async (visit) => {
    const target = targets[visit.source];
    const { origin } = new URL(visit.url);
    if (!target || origin !== target.origin) throw new UnsafeTarget(`${visit.source} may not reach ${origin}`);
    let seen = '';
    const onHtml = (html: string) => {
      seen = html;
    };
    try {
      return await sendPolitely(polite, visit, target.limit, async (fetchId) => {
        const { visitor, ...page } = await pool.load({ ...visit, onHtml });
        const result = answered(visit, page, fetchId);
        const verdict = verdictOn(result.failure);
        if (verdict !== null) await pool.judge(visitor, verdict);
        return result;
      });
    } catch (problem) {
      // Outside of the request, so that keeping the page takes nothing of its slot.
      const { source, endpoint, url, window } = visit;
      if (shows(seen))
        await keepPageOf(problem, keepFailedPage, {
          source,
          endpoint,
          url,
          window,
          type: 'html',
          content: visit.redact(seen),
        });
      throw problem;
    }
  };
}

/** Whether there is anything on a page: one that never came is an empty document. */
function shows(html: string): boolean {
  return /<body[^>]*>\s*[^\s<]|<body[^>]*>\s*<(?!\/body)/.test(html);
}

function answered(visit: PageVisit, page: LoadedPage, fetchId: string): Answered<PageAnswer> {
  const { retryAfter, ...shown } = page;
  const value: PageAnswer = { ...shown, fetchId, fetchedAt: new Date().toISOString() };
  const failure = visit.refusalOf(value) ?? plainMeaning(visit.url, page.status, retryAfter);
  return { value, status: page.status, body: new TextEncoder().encode(page.html), failure };
}

/** What a page means for its visitor; null when it is the host that is in trouble. */
function verdictOn(failure: PhoenixError | null): PageVerdict | null {
  if (failure === null) return 'good';
  if (failure.code === 'Blocked') return 'refused';
  return failure.code === 'RateLimited' || failure.code === 'ResponseInvalid' ? 'bad' : null;
}

function plainMeaning(url: string, status: number, retryAfter: string | null): PhoenixError | null {
  const { host } = new URL(url);
  if (status === 429) return new RateLimited(host, retryAfterMs(retryAfter, Date.now()) ?? UNNAMED_PAUSE_MS);
  return status >= 500 ? new SourceUnavailable(host, `status ${status}`) : null;
}

import { Blocked, type PhoenixError, RateLimited, SourceUnavailable, UnsafeTarget } from '../core/errors.js';
import type { CaptchaChallenge } from '../core/schemas/captcha.js';
import type { SourceName } from '../core/schemas/names.js';
import type { PageVerdict } from '../core/visitor-session.js';
import type { BrowserPool, VisitedPage } from './browser.js';
import { passCaptcha } from './captcha/pass-captcha.js';
import type { CaptchaSolver } from './captcha/solver.js';
import { type KeepFailedPage, keepPageOf } from './failed-page.js';
import type { LoadedPage } from './page-load.js';
import type { PageAnswer, PageVisit, VisitPage } from './page-visit.js';
import { type Answered, type PoliteDeps, type SourceTarget, sendPolitely } from './polite-request.js';
import { retryAfterMs } from './retry-after.js';
import type { NoteStop } from './stops.js';

export interface VisitPageDeps extends PoliteDeps {
  readonly pool: BrowserPool;
  /** Where each source may go; `limit.requestTimeoutMs` must not be below the pool's `longestLoadMs`. */
  readonly targets: Readonly<Partial<Record<SourceName, SourceTarget>>>;
  readonly keepFailedPage: KeepFailedPage;
  /** Left out: a captcha stops the source. */
  readonly captcha?: CaptchaSolver;
  /** Left out: other lanes find out for themselves. */
  readonly noteStop?: NoteStop;
}

/** Pause after a 429 that names none. */
const UNNAMED_PAUSE_MS = 60_000;

/**
 * Binds the browser pool to the limiter and the audit: one visit is one granted request and one row of `fetches`, and each
 * answer to a captcha is one more. Pictures and fonts are not loaded; scripts and style sheets of a page count as part of it.
 */
export function createVisitPage(deps: VisitPageDeps): VisitPage {
  const { targets, keepFailedPage } = deps;
  return async (visit) => {
    const target = targets[visit.source];
    const { origin } = new URL(visit.url);
    if (!target || origin !== target.origin) throw new UnsafeTarget(`${visit.source} may not reach ${origin}`);
    let seen = '';
    const onHtml = (html: string) => {
      seen = html;
    };
    try {
      return await visitInTab(deps, target.limit, visit, onHtml);
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

/** A captcha in the place of a page, and what it means when nobody answers it. */
interface WalledPage {
  readonly challenge: CaptchaChallenge;
  readonly visitor: string;
  readonly problem: PhoenixError;
}

async function visitInTab(
  { pool, captcha, noteStop, ...polite }: VisitPageDeps,
  limit: SourceTarget['limit'],
  visit: PageVisit,
  onHtml: (html: string) => void,
): Promise<PageAnswer> {
  const tab = pool.tab();
  const load = { ...visit, onHtml };
  const ask = async (
    about: Pick<PageVisit, 'endpoint'> & { prepare?: () => Promise<void> },
    step: (via: (proxy: string) => Promise<void>) => Promise<VisitedPage>,
  ): Promise<{ page: PageAnswer } | WalledPage> => {
    const wall: { met: WalledPage | null } = { met: null };
    try {
      const page = await sendPolitely(polite, { ...visit, ...about }, limit, async (fetchId, via) => {
        const { visitor, ...shown } = await step(via);
        const result = answered(visit, shown, fetchId);
        if (captcha) wall.met = wallIn(visit, visitor, result);
        const verdict = wall.met === null ? verdictOn(result.failure) : null;
        if (verdict !== null) await pool.judge(visitor, verdict);
        await stopOthers(visit, result, noteStop);
        return result;
      });
      return { page };
    } catch (problem) {
      if (wall.met !== null && wall.met.problem === problem) return wall.met;
      throw problem;
    }
  };
  const answerWith = (solver: CaptchaSolver, walled: WalledPage) =>
    passCaptcha(solver, visit, walled, (answer, solution) =>
      ask({ endpoint: 'captcha' }, async (via) => {
        await solver.take(solution); // with the slot granted: a token that is taken is on its way
        return tab.answer({ ...load, via }, answer);
      }),
    );
  try {
    const prepare = () => tab.open(visit.signal);
    const came = await ask({ endpoint: visit.endpoint, prepare }, (via) => tab.load({ ...load, via }));
    if ('page' in came) return came.page;
    if (!captcha) throw came.problem;
    return await answerWith(captcha, came).catch(async (problem: unknown) => {
      if (problem instanceof Blocked) await pool.judge(came.visitor, 'refused');
      throw problem;
    });
  } finally {
    await tab.close(visit.signal.aborted);
  }
}

/** Before the page gives back its place at the host, so that nobody gets it who does not know. */
async function stopOthers(
  { url, window, driftIn }: PageVisit,
  { value, failure }: Answered<PageAnswer>,
  noteStop: NoteStop | undefined,
): Promise<void> {
  const drift = failure === null ? driftIn?.(value) : null;
  if (drift && window) await noteStop?.(new URL(url).host, window, drift);
}

/** The captcha that stands in the place of the page; null for a page, and for any other wall. */
function wallIn(visit: PageVisit, visitor: string, { value, failure }: Answered<PageAnswer>): WalledPage | null {
  if (!(failure instanceof Blocked)) return null;
  const challenge = visit.captchaIn?.(value) ?? null;
  return challenge && { challenge, visitor, problem: failure };
}

/** Whether there is anything on a page: one that never came is an empty document. */
function shows(html: string): boolean {
  return /<body[^>]*>\s*[^\s<]|<body[^>]*>\s*<(?!\/body)/.test(html);
}

function answered(visit: PageVisit, page: LoadedPage, fetchId: string): Answered<PageAnswer> {
  const { retryAfter, ...shown } = page;
  const value: PageAnswer = { ...shown, fetchId, fetchedAt: new Date().toISOString() };
  const pauseMs = retryAfterMs(retryAfter, Date.now());
  const failure = visit.refusalOf(value) ?? plainMeaning(visit.url, page.status, pauseMs);
  const easeMs = page.status >= 500 ? pauseMs : null;
  return { value, status: page.status, body: new TextEncoder().encode(page.html), failure, easeMs };
}

/** What a page means for its visitor; null when it is the host that is in trouble. */
function verdictOn(failure: PhoenixError | null): PageVerdict | null {
  if (failure === null) return 'good';
  if (failure.code === 'Blocked') return 'refused';
  return failure.code === 'RateLimited' || failure.code === 'ResponseInvalid' ? 'bad' : null;
}

function plainMeaning(url: string, status: number, pauseMs: number | null): PhoenixError | null {
  const { host } = new URL(url);
  if (status === 429) {
    return new RateLimited(host, pauseMs ?? UNNAMED_PAUSE_MS, { told: true });
  }
  return status >= 500 ? new SourceUnavailable(host, `status ${status}`) : null;
}

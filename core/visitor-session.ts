/** What a browser tells a site about itself. A session has one, from its first page to its last. */
export interface BrowserProfile {
  /** Major version of the Chromium that is installed; the user agent names the same. */
  readonly chromiumMajor: number;
  readonly userAgent: string;
  readonly locale: string;
  readonly timezoneId: string;
  /** Pixels. */
  readonly viewport: { readonly width: number; readonly height: number };
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** Epoch seconds; -1 ends with the browser. */
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
}

/** Cookies and local storage: a secret, since whoever has it is the same visitor. Never logged. */
export interface VisitorState {
  readonly cookies: readonly Cookie[];
  readonly origins: readonly {
    readonly origin: string;
    readonly localStorage: readonly { readonly name: string; readonly value: string }[];
  }[];
}

export const NO_STATE: VisitorState = { cookies: [], origins: [] };

/** One visitor of a site, as any worker can go on as. */
export interface VisitorSession {
  readonly id: string;
  readonly profile: BrowserProfile;
  readonly state: VisitorState;
  /** Id of the proxy it came through from its first page on, and will to its last; null: it comes directly. */
  readonly proxy: string | null;
}

/**
 * What a page meant for its visitor. `good`: it was what was asked for; `bad`: the site slowed us down or gave something
 * else; `refused`: a wall.
 */
export type PageVerdict = 'good' | 'bad' | 'refused';

/** Why a session ended. */
export type RetireReason = 'wall' | 'errors' | 'age' | 'proxy';

/** Proxies as far as visitors need to know. */
export interface VisitorProxies {
  /** Whether a visitor may go on through its proxy. */
  usable(id: string): Promise<boolean>;
  /** Id of a proxy for a new visitor. */
  choose(): Promise<string>;
}

/** The visitors of one site. */
export interface VisitorSessions {
  /**
   * The youngest session of this very profile that may go on, or a new one without cookies. One whose proxy cannot be used ends
   * here.
   * @param proxies null: only visitors who come directly; otherwise only such as come through a proxy
   */
  open(profile: BrowserProfile, proxies?: VisitorProxies | null): Promise<VisitorSession>;
  /** Ends a session that has not ended yet. */
  retire(id: string, reason: RetireReason): Promise<void>;
  /** Books one page and keeps the state after it. @returns why the session ended with it; null: it goes on */
  book(id: string, verdict: PageVerdict, state: VisitorState): Promise<RetireReason | null>;
  /** Keeps the state alone. Changes nothing for a session that has ended. */
  keepState(id: string, state: VisitorState): Promise<void>;
}

/** A visitor does not stay for ever: sites tie cookies to a visit. One day (assumed). */
export const MAX_AGE_MS = 86_400_000;
/** A bad page adds 1, a good one takes half a point off, and at 3 the session ends (Crawlee's defaults, read 2026-11). */
const BAD_PAGE = 1;
const GOOD_PAGE = -0.5;
const MAX_ERROR_SCORE = 3;

/** Points that a page adds to the error score. */
export function pointsOf(verdict: PageVerdict): number {
  return verdict === 'good' ? GOOD_PAGE : BAD_PAGE;
}

/** Why a session must end after a page; null when it may go on. Pure. */
export function endOf(
  verdict: PageVerdict,
  { errorScore, ageMs }: { readonly errorScore: number; readonly ageMs: number },
): RetireReason | null {
  if (verdict === 'refused') return 'wall';
  if (errorScore >= MAX_ERROR_SCORE) return 'errors';
  return ageMs >= MAX_AGE_MS ? 'age' : null;
}

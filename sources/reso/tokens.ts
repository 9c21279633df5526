import { AuthRejected } from '../../core/errors.js';
import type { Window } from '../../core/schemas/collect.js';
import type { HttpAnswer, HttpGet } from '../../net/http-client.js';
import { failureIn, jsonOf, refusalOf } from './errors.js';
import { tokenAnswer } from './schema.js';
import { RESO, type ResoCredentials } from './settings.js';

/** Tokens for requests. They are kept in memory alone, and are in no error, log or cursor. */
export interface Tokens {
  /**
   * A token that should hold.
   * @throws AuthRejected when the token service refuses the credentials, and what `HttpGet` raises
   */
  bearer(window: Window | null, signal: AbortSignal): Promise<string>;
  /** Tells that a token was refused. @returns whether another one can be asked for */
  forget(token: string): boolean;
}

/** How long a token holds of which nothing is said (assumed; providers say 1 to 8 hours). */
const UNSAID_LIFE_S = 300;
/** Part of a token's life after which a new one is asked for. */
const USED_LIFE = 0.9;

interface HeldToken {
  readonly token: string;
  /** On the clock of `performance.now()`. */
  readonly untilMs: number;
}

/** Tokens of a source. One token is asked for at a time; whoever comes meanwhile gets the same. */
export function createTokens(http: HttpGet, credentials: ResoCredentials | null): Tokens {
  if (credentials === null) {
    return {
      bearer: async () => {
        throw new AuthRejected(RESO, 'there are no credentials');
      },
      forget: () => false,
    };
  }
  if (credentials.kind === 'bearer') return { bearer: async () => credentials.token, forget: () => false };
  let held: HeldToken | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const next = async (window: Window | null, signal: AbortSignal) => {
    signal.throwIfAborted();
    if (held === null || performance.now() >= held.untilMs) held = await ask(http, credentials, window, signal);
    return held.token;
  };
  return {
    bearer(window, signal) {
      const mine = last.then(() => next(window, signal));
      // Who waits for the same token does not share the fate of the one before: it tries for itself.
      last = mine.catch(() => undefined);
      return mine;
    },
    forget(token) {
      if (held?.token === token) held = null;
      return true;
    },
  };
}

async function ask(
  http: HttpGet,
  { clientId, clientSecret, tokenUrl, scope }: ResoCredentials & { readonly kind: 'client' },
  window: Window | null,
  signal: AbortSignal,
): Promise<HeldToken> {
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...(scope === null ? {} : { scope }),
  };
  const askedAtMs = performance.now();
  const refused = (answer: HttpAnswer) => {
    // RFC 6749, 5.2: wrong credentials are a 400 or 401.
    if (answer.status === 400 || answer.status === 401) {
      return new AuthRejected(RESO, `status ${answer.status}: the token service refused the client's credentials`);
    }
    return refusalOf(answer, tokenUrl);
  };
  const answer = await http({
    source: RESO,
    endpoint: 'token',
    url: tokenUrl,
    window,
    signal,
    headers: {},
    form,
    refusalOf: refused,
    failureIn: (usable) => failureIn(usable, tokenUrl),
  });
  const checked = tokenAnswer.safeParse(jsonOf(answer, tokenUrl));
  // The answer is not shown: it may hold a token after all.
  if (!checked.success) throw new AuthRejected(RESO, 'the token service gave no token');
  const { access_token: token, expires_in: lifeS = UNSAID_LIFE_S } = checked.data;
  return { token, untilMs: askedAtMs + lifeS * 1_000 * USED_LIFE };
}

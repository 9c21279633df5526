import { AuthRejected, PhoenixError } from '../../core/errors.js';
import type { TroubleWatch } from '../../core/trouble-watch.js';
import type { HttpAnswer } from '../../net/http-client.js';
import { type Credential, MARICOPA } from './settings.js';

/** How one request with one token ended. `refusal` says what a failure tells about the token. */
export type Sent =
  | { readonly status: 'answered'; readonly answer: HttpAnswer }
  | {
      readonly status: 'failed';
      readonly problem: unknown;
      /** `said`: the service named it; `unexplained`: an empty 500 that may be a refusal or an outage; `none`: neither. */
      readonly refusal: 'said' | 'unexplained' | 'none';
    };

/** The requests that a question and the checks about it are made of. */
export interface Asking {
  /** The question itself. */
  readonly ask: (credential: Credential | null) => Promise<Sent>;
  /** A search that has always had results. */
  readonly askKnownGood: (credential: Credential | null) => Promise<Sent>;
  /** True when the service's site, which needs no token, is served. */
  readonly siteIsServed: () => Promise<boolean>;
}

/**
 * The tokens of one process. Asks with the token in use; one that is refused is followed by the next, which stays in
 * use. Nothing is tried twice with the same token.
 */
export interface Credentials {
  /**
   * @throws AuthRejected when every token was refused, naming their variables and no value; else what the question raised.
   *   After it the first token is in use again, since a person may have had it renewed
   */
  use(asking: Asking): Promise<HttpAnswer>;
}

export function createCredentials(all: readonly Credential[], watch: Pick<TroubleWatch, 'handled'>): Credentials {
  const tokens: readonly (Credential | null)[] = all.length === 0 ? [null] : all;
  let inUse = 0;
  return {
    async use(asking) {
      const first = inUse;
      let last: unknown = null;
      const startedAtMs = Date.now();
      for (let step = 0; step < tokens.length; step += 1) {
        const at = (first + step) % tokens.length;
        const sent = await asking.ask(tokens[at] ?? null);
        if (sent.status === 'answered') {
          if (step > 0) {
            inUse = at;
            watch.handled(tokenRefused(all[first]?.variable), 'other-credential', startedAtMs);
          }
          return sent.answer;
        }
        if (!(await isTokenRefused(sent, tokens[at] ?? null, asking))) throw sent.problem;
        last = sent.problem;
      }
      inUse = 0;
      throw everyTokenRefused(all, last);
    },
  };
}

/**
 * An empty 500 without a reason is the token when the site, which needs none, is there, and a known-good search ends alike.
 * If the site is gone too it is an outage, which no token can help: the circuit breaker's.
 */
async function isTokenRefused(
  failed: Extract<Sent, { status: 'failed' }>,
  credential: Credential | null,
  { askKnownGood, siteIsServed }: Asking,
): Promise<boolean> {
  if (failed.refusal !== 'unexplained') return failed.refusal === 'said';
  if (!(await siteIsServed())) return false;
  const known = await askKnownGood(credential);
  return known.status === 'failed' && known.refusal !== 'none';
}

const tokenRefused = (variable = 'a token') => new AuthRejected(MARICOPA, `the token of ${variable} was refused`);

function everyTokenRefused(all: readonly Credential[], cause: unknown): AuthRejected {
  const names = all.map(({ variable }) => variable).join(' and ');
  if (all.length === 0) return new AuthRejected(MARICOPA, 'no token is set (MARICOPA_API_KEY)', { cause });
  const tokens = all.length === 1 ? 'the token was refused' : 'both tokens were refused';
  return new AuthRejected(MARICOPA, `${tokens} (${names}); put a valid one in and restart the worker`, { cause });
}

/** What a problem of a request tells about its token. Anything but an error of ours (an abort) is raised. */
export function refusalIn(problem: unknown, unexplained: boolean): 'said' | 'unexplained' | 'none' {
  if (!(problem instanceof PhoenixError)) throw problem;
  if (problem instanceof AuthRejected) return 'said';
  return unexplained ? 'unexplained' : 'none';
}

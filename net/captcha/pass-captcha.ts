import { Blocked } from '../../core/errors.js';
import type { CaptchaChallenge } from '../../core/schemas/captcha.js';
import type { Window } from '../../core/schemas/collect.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { CaptchaSolution, CaptchaSolver } from './solver.js';
import type { CaptchaAnswer } from './submit-captcha.js';

/** A page that shows a captcha where something else was asked for. */
export interface Walled {
  readonly challenge: CaptchaChallenge;
}

/** The visit that met it. */
export interface WalledVisit {
  readonly source: SourceName;
  readonly url: string;
  readonly window: Window | null;
  readonly signal: AbortSignal;
}

/** Solutions that are bought for one page. */
const MOST_SOLUTIONS = 2;

/**
 * Gets past a captcha, where that is permitted: buys a solution and sends it; when the site does not take it, complains and
 * buys one more.
 * @param send sends a token; gives the page behind it, or another captcha when it was not taken
 * @throws Blocked when nothing is permitted or two solutions did not help, what `CaptchaSolver.solve` and `send` throw
 */
export async function passCaptcha<T>(
  solver: CaptchaSolver,
  { url: pageUrl, source, window, signal }: WalledVisit,
  first: Walled,
  send: (answer: CaptchaAnswer, solution: CaptchaSolution) => Promise<{ readonly page: T } | Walled>,
): Promise<T> {
  let { challenge } = first;
  for (let bought = 0; bought < MOST_SOLUTIONS; bought += 1) {
    const solution = await solver.solve({ source, challenge, pageUrl }, window, signal);
    if (solution === null) continue;
    const came = await sendOrGiveBack(solver, solution, () =>
      send({ kind: challenge.kind, token: solution.token }, solution),
    );
    if ('page' in came) {
      await solver.accepted(solution);
      return came.page;
    }
    await solver.rejected(solution, signal);
    challenge = came.challenge;
  }
  throw new Blocked(
    source,
    `${pageUrl} shows a captcha, and ${MOST_SOLUTIONS} solutions did not help; phx captcha status shows how they ended`,
  );
}

/** A token that never left is somebody else's to use. */
async function sendOrGiveBack<R>(solver: CaptchaSolver, solution: CaptchaSolution, send: () => Promise<R>): Promise<R> {
  try {
    return await send();
  } catch (problem) {
    await solver.giveBack(solution);
    throw problem;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../../core/assert.js';
import {
  BadConfig,
  Blocked,
  BudgetExceeded,
  NetworkError,
  type PhoenixError,
  RateLimited,
  SourceUnavailable,
} from '../../core/errors.js';
import type { CaptchaTask } from '../../core/schemas/captcha.js';
import type { Window } from '../../core/schemas/collect.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { CaptchaLedger, CaptchaTicket } from '../../store/captcha/tasks.js';
import type { Refusal } from '../../store/cost/reservations.js';
import { type CaptchaClient, surelyNotBought } from './client.js';
import type { CaptchaRefusal } from './refusals.js';

export interface CaptchaSolverDeps {
  /** Null without a key. */
  readonly client: CaptchaClient | null;
  readonly ledger: CaptchaLedger;
  /** Whether the recorded permission to solve captchas of a source holds now. Asked before anything else. */
  readonly permitted: (source: SourceName) => Promise<boolean>;
  /** Why nothing may be bought at all, one sentence; null when it may. */
  readonly closed: string | null;
  /** Host of the service, for messages. */
  readonly host: string;
  /** `CAPTCHA_POLL_MS`. */
  readonly pollMs: number;
  /** Tests give their own. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A token, not used yet. */
export interface CaptchaSolution {
  readonly ticket: CaptchaTicket;
  readonly token: string;
}

/** Buys solutions of captchas, where that is permitted. */
export interface CaptchaSolver {
  /**
   * Gets a token that nobody else gets. A task that was bought before, and never used, is gone on with: by this worker or by another
   * one. It is the caller's until it is taken or given back.
   * @returns null when it could not be solved
   * @throws Blocked (no permission, a cap, or a captcha that the service does not take), BadConfig (key missing or refused),
   *   BudgetExceeded (the account is empty); RateLimited (the queue is full, or it takes long: a repeat goes on with the same
   *   task), NetworkError, SourceUnavailable (retried)
   */
  solve(task: CaptchaTask, window: Window | null, signal: AbortSignal): Promise<CaptchaSolution | null>;
  /** Called right before the token goes to the site, once. @throws RateLimited when this worker was so late that another one has it */
  take(solution: CaptchaSolution): Promise<void>;
  /** Leaves a token that was not sent to whoever comes next. Of one that was taken nothing changes. Never throws. */
  giveBack(solution: CaptchaSolution): Promise<void>;
  accepted(solution: CaptchaSolution): Promise<void>;
  /** Tells the service too. What it makes of that stops nothing. */
  rejected(solution: CaptchaSolution, signal: AbortSignal): Promise<void>;
}

/** Longest wait in place: the page stays open meanwhile. Then the step ends, and its repeat goes on with the same task. */
const WAIT_IN_PLACE_MS = 60_000;
/** The first look comes later: 10 to 20 s for a reCAPTCHA, 5 s for others (api-docs/limits, read 2026-11). */
const FIRST_LOOK = { 'recaptcha-v2': 2, turnstile: 1 } as const;
/** How often the holder of a task says that it lives. */
const BEAT_MS = 5_000;
/** A task this old is given up; its token would not be good any more. */
const GIVE_UP_MS = 180_000;

export function createCaptchaSolver(deps: CaptchaSolverDeps): CaptchaSolver {
  const { ledger, host, pollMs } = deps;
  const beats = new Map<string, NodeJS.Timeout>();
  const hold = (ticket: CaptchaTicket) => {
    const beat = () => {
      ledger.holds(ticket).then(
        (held) => held || letGo(ticket),
        () => undefined, // the next beat may be told
      );
    };
    beats.set(ticket.holder, setInterval(beat, BEAT_MS).unref());
  };
  const letGo = ({ holder }: CaptchaTicket) => {
    clearInterval(beats.get(holder));
    beats.delete(holder);
  };
  const giveBack = async (ticket: CaptchaTicket) => {
    letGo(ticket);
    await ledger.giveBack(ticket).catch(() => undefined); // then its time runs out
  };
  return {
    async solve(task, window, signal) {
      const client = await allowed(deps, task);
      const open = await takeUp(deps, task, window, signal);
      const ticket = open ?? (await buy(deps, client, task, window, signal));
      hold(ticket);
      const firstLookMs = open === null ? FIRST_LOOK[task.challenge.kind] * pollMs : 0;
      let solution: CaptchaSolution | null = null;
      try {
        solution = await look(deps, client, task, ticket, firstLookMs, signal);
        return solution;
      } finally {
        if (solution === null) await giveBack(ticket);
      }
    },
    async take({ ticket }) {
      const taken = await ledger.take(ticket);
      letGo(ticket);
      if (!taken) throw new RateLimited(host, pollMs);
    },
    giveBack: ({ ticket }) => giveBack(ticket),
    accepted: ({ ticket }) => ledger.judged(ticket, { accepted: true }),
    async rejected({ ticket }, signal) {
      const { client } = deps;
      const reported = client !== null && (await report(client, ticket.taskId, signal));
      await ledger.judged(ticket, { accepted: false, reported });
    },
  };
}

/** @throws Blocked, BadConfig before anything is asked of the service */
async function allowed(
  { client, permitted, closed }: CaptchaSolverDeps,
  { source, pageUrl }: CaptchaTask,
): Promise<CaptchaClient> {
  if (!(await permitted(source))) {
    throw new Blocked(
      source,
      `${pageUrl} shows a captcha, and no permission to have it solved is recorded; settle it with the site, then phx sources permit ${source} --for captcha`,
    );
  }
  if (closed !== null) throw new Blocked(source, `${pageUrl} shows a captcha; ${closed}`);
  if (client === null) {
    throw new BadConfig([`CAPTCHA_API_KEY is missing, and ${source} has permission to have captchas solved`]);
  }
  return client;
}

/** A task that was bought and not used, as soon as nobody else works on it; null when one is to be bought. @throws RateLimited */
async function takeUp(
  { ledger, host, pollMs, wait = sleepUntilAborted }: CaptchaSolverDeps,
  task: CaptchaTask,
  window: Window | null,
  signal: AbortSignal,
): Promise<CaptchaTicket | null> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const open = await ledger.claim(task, window);
    if (open !== 'held') return open;
    if (waitedMs + pollMs > WAIT_IN_PLACE_MS) throw new RateLimited(host, pollMs);
    await wait(pollMs, signal);
  }
}

/** Buys a task, and keeps its id before anything else happens. */
async function buy(
  deps: CaptchaSolverDeps,
  client: CaptchaClient,
  task: CaptchaTask,
  window: Window | null,
  signal: AbortSignal,
): Promise<CaptchaTicket> {
  const { ledger } = deps;
  const reserved = await ledger.reserve(task, window);
  if (typeof reserved !== 'string') throw overCap(task, reserved);
  try {
    const answer = await client.createTask(task, signal);
    if (!('refused' in answer)) return await ledger.created(reserved, answer.taskId);
    await ledger.notBought(reserved);
    throw errorOf(deps, task, answer);
  } catch (problem) {
    if (surelyNotBought(problem)) await ledger.notBought(reserved);
    else if (mayBeBought(problem, signal)) await ledger.lost(reserved);
    throw problem;
  }
}

/** The request was under way when its answer failed. */
function mayBeBought(problem: unknown, signal: AbortSignal): boolean {
  return signal.aborted || problem instanceof NetworkError || problem instanceof SourceUnavailable;
}

/** Asks for the solution by the waiting rules of the service, as long as it is worth while. */
async function look(
  deps: CaptchaSolverDeps,
  client: CaptchaClient,
  task: CaptchaTask,
  ticket: CaptchaTicket,
  firstLookMs: number,
  signal: AbortSignal,
): Promise<CaptchaSolution | null> {
  const { ledger, host, pollMs, wait = sleepUntilAborted } = deps;
  let waitedMs = 0;
  for (let pauseMs = firstLookMs; ; pauseMs = pollMs) {
    await wait(pauseMs, signal);
    waitedMs += pauseMs;
    const answer = await client.result(ticket.taskId, signal);
    if ('refused' in answer) return unsolved(deps, task, ticket, answer);
    if (answer.status === 'ready') {
      await ledger.solved(ticket, answer.costUsdMicros);
      return { ticket, token: answer.token };
    }
    if (Date.now() - ticket.createdAtMs > GIVE_UP_MS) {
      await ledger.unsolved(ticket, 'expired');
      return null;
    }
    if (waitedMs + pollMs > WAIT_IN_PLACE_MS) throw new RateLimited(host, pollMs);
  }
}

/** @returns null for a task that has ended without a solution @throws what the refusal means otherwise */
async function unsolved(
  deps: CaptchaSolverDeps,
  task: CaptchaTask,
  ticket: CaptchaTicket,
  answer: CaptchaRefusal,
): Promise<null> {
  if (answer.refused === 'unsolvable') await deps.ledger.unsolved(ticket, 'unsolvable');
  else if (answer.refused === 'unknown-task') await deps.ledger.unsolved(ticket, 'expired');
  else throw errorOf(deps, task, answer);
  return null;
}

async function report(client: CaptchaClient, taskId: string, signal: AbortSignal): Promise<boolean> {
  try {
    return 'reported' in (await client.reportIncorrect(taskId, signal));
  } catch (problem) {
    if (problem instanceof NetworkError || problem instanceof SourceUnavailable) return false;
    throw problem;
  }
}

/** What a refusal of the service means for the source whose page waits. */
function errorOf({ host, pollMs }: CaptchaSolverDeps, { source, pageUrl }: CaptchaTask, refusal: CaptchaRefusal) {
  return refusalError(host, refusal, pollMs) ?? notTaken(source, pageUrl, host, refusal);
}

function notTaken(source: SourceName, pageUrl: string, host: string, { code }: CaptchaRefusal): Blocked {
  return new Blocked(source, `${pageUrl} shows a captcha that ${host} does not take (${code})`);
}

/** The error of a refusal that is about the account; null for one that is about a task. */
export function refusalError(host: string, { refused, code }: CaptchaRefusal, pollMs: number): PhoenixError | null {
  switch (refused) {
    case 'wrong-key':
      return new BadConfig([`CAPTCHA_API_KEY is refused by ${host} (${code})`]);
    case 'not-served':
      return new BadConfig([
        `${host} does not serve this account or this machine (${code}); settle it with the service`,
      ]);
    case 'no-funds':
      return new BudgetExceeded(`the account at ${host} is empty (${code}); load it, then phx captcha balance`);
    case 'no-slot':
      return new RateLimited(host, pollMs);
    default:
      return null;
  }
}

/** What to do about a limit that another solution would pass. */
function remedyOf(over: 'day' | 'month' | 'line' | 'budget'): string {
  switch (over) {
    case 'day':
      return 'wait for the next day, or raise CAPTCHA_DAY_CAP_USD';
    case 'month':
      return 'wait for the next month, or raise CAPTCHA_MONTH_CAP_USD';
    case 'line':
      return 'wait for the next month, or phx budget move gives its line more';
    case 'budget':
      return 'wait for the next month, or phx budget set cap raises it';
    default:
      return assertNever(over, 'limit');
  }
}

const LIMIT_WORDS = {
  day: 'cap of this day',
  month: 'cap of this month',
  line: 'line captcha of the budget',
  budget: 'budget of this month',
} as const;

function overCap({ source, pageUrl }: CaptchaTask, refusal: Refusal): Blocked {
  if (refusal.over === 'control') return new Blocked(source, `${pageUrl} shows a captcha; ${refusal.reason}`);
  const { over, spentUsdMicros, capUsdMicros } = refusal;
  const [spent, cap] = [spentUsdMicros, capUsdMicros].map((micros) => (micros / 1_000_000).toFixed(3));
  return new Blocked(
    source,
    `${pageUrl} shows a captcha, and another solution would pass the ${LIMIT_WORDS[over]} (spent or held back ${spent} of ${cap} US dollars); ${remedyOf(over)}`,
  );
}

async function sleepUntilAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (problem) {
    signal.throwIfAborted();
    throw problem;
  }
}

import { lookup } from 'node:dns/promises';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import got, { type Request, RequestError, TimeoutError } from 'got';
import { Frozen, NetworkError, PhoenixError, SourceUnavailable, UnsafeTarget } from '../../core/errors.js';
import type { Json } from '../../core/hash.js';
import {
  accountBalance,
  type CaptchaTask,
  captchaAnswer,
  createdTask,
  taskResult,
} from '../../core/schemas/captcha.js';
import { assertSafeHost, guardedLookup, type Resolve } from '../safe-lookup.js';
import { type CaptchaRefusal, refusalOf } from './refusals.js';

export interface CaptchaClientSettings {
  /** `CAPTCHA_BASE_URL`, without a slash at the end. */
  readonly baseUrl: string;
  /** `CAPTCHA_API_KEY`. */
  readonly key: string;
  /** How names become addresses; default the system's. */
  readonly resolve?: Resolve;
}

/** State of a task. `costUsdMicros` is null where the service gives no price that can be read. */
export type TaskResult =
  | { readonly status: 'processing' }
  | { readonly status: 'ready'; readonly token: string; readonly costUsdMicros: number | null };

/**
 * The captcha service (2captcha API v2). Each method is one request; none is repeated here. An error code is a value.
 * Every method throws NetworkError (no answer), SourceUnavailable (not 200, cut short, or not what the contract says; both
 * may be sent again), UnsafeTarget; the signal's reason when aborted.
 */
export interface CaptchaClient {
  /** Asks for a solution, which costs money. Not safe to repeat; `surelyNotBought` tells it of an error. */
  createTask(task: CaptchaTask, signal: AbortSignal): Promise<{ readonly taskId: string } | CaptchaRefusal>;
  result(taskId: string, signal: AbortSignal): Promise<TaskResult | CaptchaRefusal>;
  /** Tells that the site did not take the solution. A repeat is refused by the service. */
  reportIncorrect(taskId: string, signal: AbortSignal): Promise<{ readonly reported: true } | CaptchaRefusal>;
  /** What is left on the account, in millionths of a US dollar; negative when overdrawn. */
  balance(signal: AbortSignal): Promise<{ readonly balanceUsdMicros: number } | CaptchaRefusal>;
}

const MAX_BODY_BYTES = 65_536;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** Failures of a connection that was never there. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

export function createCaptchaClient({ baseUrl, key, resolve = lookup }: CaptchaClientSettings): CaptchaClient {
  const connection = { lookup: guardedLookup(resolve) };
  const agent = { http: new Agent(connection), https: new TlsAgent(connection) };
  const { host } = new URL(baseUrl);
  const ask = async <T>(method: string, fields: Fields, signal: AbortSignal, read: (json: unknown) => T | null) => {
    assertSafeHost(baseUrl);
    const json = await post(`${baseUrl}/${method}`, { clientKey: key, ...fields }, agent, signal);
    const answer = captchaAnswer.safeParse(json);
    if (!answer.success) throw new SourceUnavailable(host, `${method}: the answer is not of the contract`);
    const { errorId, errorCode } = answer.data;
    if (errorId !== 0) return refusalOf(errorId, errorCode ?? null);
    const value = read(json);
    if (value === null) throw new SourceUnavailable(host, `${method}: the answer is not of the contract`);
    return value;
  };
  return {
    createTask: (task, signal) =>
      ask('createTask', { task: taskFields(task) }, signal, (json) => createdTask.safeParse(json).data ?? null),
    result: (taskId, signal) => ask('getTaskResult', { taskId: idOf(taskId) }, signal, readResult),
    reportIncorrect: (taskId, signal) =>
      ask('reportIncorrect', { taskId: idOf(taskId) }, signal, () => ({ reported: true }) as const),
    balance: (signal) =>
      ask('getBalance', {}, signal, (json) => {
        const read = accountBalance.safeParse(json).data;
        return read === undefined ? null : { balanceUsdMicros: Math.round(read.balance * 1_000_000) };
      }),
  };
}

type Fields = Readonly<Record<string, Json>>;

/** Task of the contract (api-docs/recaptcha-v2 and api-docs/cloudflare-turnstile, read 2026-11). */
function taskFields({ challenge, pageUrl }: CaptchaTask): Json {
  const { kind, siteKey, invisible, data } = challenge;
  const common = { websiteURL: pageUrl, websiteKey: siteKey };
  return kind === 'recaptcha-v2'
    ? {
        type: 'RecaptchaV2TaskProxyless',
        ...common,
        isInvisible: invisible,
        ...(data === null ? {} : { recaptchaDataSValue: data }),
      }
    : { type: 'TurnstileTaskProxyless', ...common, ...(data === null ? {} : { data }) };
}

/** The contract has whole numbers; an id beyond what a number can hold stays text. */
function idOf(taskId: string): number | string {
  return /^\d{1,15}$/.test(taskId) ? Number(taskId) : taskId;
}

function readResult(json: unknown): TaskResult | null {
  const read = taskResult.safeParse(json).data;
  if (read === undefined) return null;
  if (read.status === 'processing') return { status: 'processing' };
  return { status: 'ready', token: read.solution, costUsdMicros: readUsdMicros(read.cost) };
}

/** A price in dollars, as text or number, in millionths. Null for what is none, or above 1,000 dollars. */
export function readUsdMicros(price: unknown): number | null {
  const text = typeof price === 'number' ? String(price) : price;
  if (typeof text !== 'string' || !/^\d{1,3}(\.\d{1,10})?$/.test(text)) return null;
  return Math.round(Number(text) * 1_000_000);
}

async function post(
  url: string,
  body: Fields,
  agent: { readonly http: Agent; readonly https: TlsAgent },
  signal: AbortSignal,
): Promise<unknown> {
  const { host } = new URL(url);
  signal.throwIfAborted();
  const stream = got.stream.post(url, {
    agent,
    json: body,
    headers: { accept: 'application/json' },
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: { connect: CONNECT_TIMEOUT_MS, request: ANSWER_TIMEOUT_MS },
    signal,
  });
  const text = await readText(stream, host, signal);
  const status = stream.response?.statusCode ?? 0;
  if (status !== 200) throw withoutPurchase(new SourceUnavailable(host, `status ${status}`));
  try {
    return JSON.parse(text);
  } catch (problem) {
    throw new SourceUnavailable(host, 'the answer is no JSON', { cause: problem });
  }
}

async function readText(stream: Request, host: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) throw new SourceUnavailable(host, `more than ${MAX_BODY_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (problem) {
    signal.throwIfAborted();
    if (problem instanceof PhoenixError) throw problem;
    throw noAnswer(host, problem, size);
  } finally {
    stream.destroy();
  }
  return Buffer.concat(chunks).toString('utf8');
}

function noAnswer(host: string, problem: unknown, bytesSoFar: number): PhoenixError {
  if (problem instanceof RequestError && problem.cause instanceof UnsafeTarget) return problem.cause;
  const cause = { cause: problem };
  if (problem instanceof TimeoutError) {
    const late = new NetworkError(host, `time-out (${problem.event})`, cause);
    return problem.event === 'connect' || problem.event === 'lookup' ? withoutPurchase(late) : late;
  }
  const code = problem instanceof RequestError ? problem.code : 'unknown';
  if (bytesSoFar > 0 || code === 'ERR_READING_RESPONSE_STREAM')
    return new SourceUnavailable(host, 'body was cut short', cause);
  const gone = new NetworkError(host, `no answer (${code})`, cause);
  return NOT_CONNECTED.has(code) ? withoutPurchase(gone) : gone;
}

/** Errors after which it is certain that no task was created: the request did not arrive, or was answered with a failure. */
const WITHOUT_PURCHASE = new WeakSet<PhoenixError>();

function withoutPurchase<E extends PhoenixError>(problem: E): E {
  WITHOUT_PURCHASE.add(problem);
  return problem;
}

/** True for an error of `createTask` after which certainly nothing was bought. */
export function surelyNotBought(problem: unknown): boolean {
  if (problem instanceof UnsafeTarget || problem instanceof Frozen) return true;
  return problem instanceof PhoenixError && WITHOUT_PURCHASE.has(problem);
}

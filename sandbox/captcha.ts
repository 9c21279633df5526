import { randomUUID } from 'node:crypto';
import type { Json } from '../core/hash.js';
import type { FaultEffect, Faults } from './faults.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from './http-service.js';
import { isJsonObject, type JsonObject, textAt } from './json.js';
import type { RequestLog } from './request-log.js';

/** A task as the service keeps it. */
export interface DeskTask {
  readonly taskId: number;
  readonly type: string;
  readonly siteKey: string;
  readonly pageUrl: string;
  readonly createdAtMs: number;
  readonly readyAtMs: number;
  readonly token: string;
  /** False for an answer that no site takes. */
  readonly good: boolean;
  /** Times the solution was asked for. */
  polls: number;
  /** Charged, in US dollars, once solved. */
  charged: boolean;
  /** A site took the token; it takes it once. */
  spent: boolean;
  reported: boolean;
}

/** What the service knows, shared with the sites whose captchas it solves. */
export interface CaptchaDesk {
  readonly tasks: readonly DeskTask[];
  /** US dollars. */
  readonly balance: number;
  /** Asked by a site: true once for a good token that was issued for its key. */
  take(token: string, siteKey: string): boolean;
}

export interface CaptchaOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly key: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Time until a task is solved; default 300 ms. */
  readonly solveMs?: number;
}

/** Price of a reCAPTCHA, US dollars, in the form the service gives (example of api-docs/get-task-result, read 2026-11). */
const PRICE = '0.00299';
const FIRST_BALANCE = 10;
const DEFAULT_SOLVE_MS = 300;
const TYPES: readonly string[] = ['RecaptchaV2TaskProxyless', 'TurnstileTaskProxyless'];

/** Numbers and words of the contract's errors (api-docs/error-codes, read 2026-11). */
const ERRORS: ReadonlyMap<number, string> = new Map([
  [1, 'ERROR_KEY_DOES_NOT_EXIST'],
  [2, 'ERROR_NO_SLOT_AVAILABLE'],
  [10, 'ERROR_ZERO_BALANCE'],
  [11, 'ERROR_IP_NOT_ALLOWED'],
  [12, 'ERROR_CAPTCHA_UNSOLVABLE'],
  [14, 'ERROR_NO_SUCH_METHOD'],
  [16, 'ERROR_NO_SUCH_CAPCHA_ID'],
  [21, 'ERROR_IP_BLOCKED'],
  [22, 'ERROR_TASK_ABSENT'],
  [23, 'ERROR_TASK_NOT_SUPPORTED'],
  [31, 'ERROR_RECAPTCHA_INVALID_SITEKEY'],
  [55, 'ERROR_ACCOUNT_SUSPENDED'],
  [110, 'ERROR_BAD_PARAMETERS'],
]);

interface Desk {
  readonly tasks: DeskTask[];
  balance: number;
}

/** Starts the stand-in of the captcha service (2captcha API v2) on 127.0.0.1. */
export async function startCaptcha(options: CaptchaOptions): Promise<RunningService & { readonly desk: CaptchaDesk }> {
  const { log, faults, port = 0 } = options;
  const desk: Desk = { tasks: [], balance: FIRST_BALANCE };
  const handle = (request: ServiceRequest) => answer(desk, options, request);
  const service = await startHttpService({ service: 'captcha', port, log, faults, handle });
  return {
    ...service,
    desk: {
      tasks: desk.tasks,
      get balance() {
        return desk.balance;
      },
      take(token, siteKey) {
        const task = desk.tasks.find((one) => one.token === token && one.siteKey === siteKey);
        if (task === undefined || !task.good || task.spent || task.readyAtMs > Date.now()) return false;
        task.spent = true;
        return true;
      },
    },
  };
}

function answer(desk: Desk, options: CaptchaOptions, { method, path, body, fault }: ServiceRequest): ServiceAnswer {
  if (fault?.kind === 'html') return { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>busy</h1>' };
  const fields = parsed(body);
  if (method !== 'POST' || !isJsonObject(fields) || textAt(fields, 'clientKey') !== options.key) return failure(1);
  if (fault?.kind === 'error-body') return failure(fault.code);
  if (fault?.kind === 'empty') return json({});
  switch (path) {
    case '/createTask':
      return createTask(desk, options, fields, fault);
    case '/getTaskResult':
      return taskResult(desk, fields);
    case '/reportIncorrect':
      return report(desk, fields);
    case '/getBalance':
      return json({ errorId: 0, balance: Number(desk.balance.toFixed(5)) });
    default:
      return failure(14);
  }
}

function createTask(
  desk: Desk,
  { solveMs = DEFAULT_SOLVE_MS }: CaptchaOptions,
  { task }: JsonObject,
  fault: FaultEffect | null,
): ServiceAnswer {
  if (!isJsonObject(task)) return failure(22);
  const [type, siteKey, pageUrl] = [textAt(task, 'type'), textAt(task, 'websiteKey'), textAt(task, 'websiteURL')];
  if (type === null || !TYPES.includes(type)) return failure(23);
  if (siteKey === null || pageUrl === null || !URL.canParse(pageUrl)) return failure(110);
  if (desk.balance < Number(PRICE)) return failure(10);
  const takesMs = fault?.kind === 'late-solution' ? fault.delayMs : solveMs;
  const taskId = 74_372_499_131 + desk.tasks.length;
  const now = Date.now();
  desk.tasks.push({
    taskId,
    type,
    siteKey,
    pageUrl,
    createdAtMs: now,
    readyAtMs: now + takesMs,
    token: `03A-sandbox-${randomUUID()}`,
    good: fault?.kind !== 'wrong-solution',
    polls: 0,
    charged: false,
    spent: false,
    reported: false,
  });
  return json({ errorId: 0, taskId });
}

/** A solution is charged when it is first there, and given again as often as it is asked for. */
function taskResult(desk: Desk, fields: JsonObject): ServiceAnswer {
  const task = taskOf(desk, fields);
  if (task === undefined) return failure(16);
  task.polls += 1;
  if (task.readyAtMs > Date.now()) return json({ errorId: 0, status: 'processing' });
  if (!task.charged) desk.balance -= Number(PRICE);
  task.charged = true;
  const solution =
    task.type === 'TurnstileTaskProxyless'
      ? { token: task.token }
      : { gRecaptchaResponse: task.token, token: task.token };
  const [createTime, endTime] = [task.createdAtMs, task.readyAtMs].map((ms) => Math.floor(ms / 1_000));
  const times = { createTime: createTime ?? 0, endTime: endTime ?? 0 };
  return json({ errorId: 0, status: 'ready', solution, cost: PRICE, ip: '127.0.0.1', ...times, solveCount: 1 });
}

function report(desk: Desk, fields: JsonObject): ServiceAnswer {
  const task = taskOf(desk, fields);
  if (task === undefined) return failure(16);
  task.reported = true;
  return json({ errorId: 0, status: 'success' });
}

function taskOf(desk: Desk, { taskId }: JsonObject): DeskTask | undefined {
  return desk.tasks.find((task) => task.taskId === taskId);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function json(body: Json): ServiceAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Errors come with status 200. */
function failure(errorId: number): ServiceAnswer {
  const errorCode = ERRORS.get(errorId) ?? 'ERROR_OF_TOMORROW';
  return json({ errorId, errorCode, errorDescription: 'refused by the sandbox' });
}

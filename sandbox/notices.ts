import type { Json } from '../core/hash.js';
import type { Faults } from './faults.js';
import { answerGithub, type StoredIssue } from './github-desk.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from './http-service.js';
import { isJsonObject } from './json.js';
import type { RequestLog } from './request-log.js';

/** A message that a channel took. */
export interface TakenMessage {
  readonly atMs: number;
  readonly text: string;
}

export interface TakenSms extends TakenMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
}

/** What Slack, the SMS service and GitHub took, oldest first. */
export interface NoticeDesk {
  readonly slack: TakenMessage[];
  readonly sms: TakenSms[];
  readonly issues: StoredIssue[];
}

export interface NoticeOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly port?: number;
}

const SLACK_PATH = '/services/T00000000/B00000000/sandbox-slack-secret';
const ACCOUNT = 'AC00000000000000000000000000000000';
const SMS_TOKEN = 'sandbox-sms-token';
const SMS_FROM = '+16025550100';
const SMS_PATH = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
const GITHUB_ROOT = '/github';
const GITHUB_TOKEN = 'sandbox-github-token';
const GITHUB_REPOSITORY = 'sandbox/collector';
/** A number that the service knows to be none (Twilio, "Test credentials", read 2025-07). */
const NO_NUMBER = '+15005550001';

/**
 * Starts one service with three doors: an incoming webhook of Slack, the Messages resource of Twilio, the issues of GitHub. Each
 * answers as its vendor documents; faults are those of every service, chosen by path (`^/services/`, `^/2010`, `^/github/`).
 */
export async function startNotices({
  log,
  faults,
  port = 0,
}: NoticeOptions): Promise<RunningService & { readonly desk: NoticeDesk }> {
  const desk: NoticeDesk = { slack: [], sms: [], issues: [] };
  const handle = (request: ServiceRequest): ServiceAnswer => {
    const { path } = request;
    if (path.startsWith('/services/')) return slack(desk, request);
    if (path.startsWith('/2010-04-01/')) return sms(desk, request);
    if (path.startsWith(`${GITHUB_ROOT}/`)) {
      const inner = { ...request, path: path.slice(GITHUB_ROOT.length) };
      return answerGithub(desk.issues, inner, { token: GITHUB_TOKEN, repository: GITHUB_REPOSITORY });
    }
    return words(404, 'not found');
  };
  const service = await startHttpService({ service: 'notices', port, log, faults, handle });
  return { ...service, desk };
}

/** Settings that make a worker tell this service. */
export function noticeVariables(url: string) {
  return {
    SLACK_WEBHOOK_URL: `${url}${SLACK_PATH}`,
    TWILIO_BASE_URL: url,
    TWILIO_ACCOUNT_SID: ACCOUNT,
    TWILIO_AUTH_TOKEN: SMS_TOKEN,
    TWILIO_FROM: SMS_FROM,
    ALERT_GITHUB_API_URL: `${url}${GITHUB_ROOT}`,
    ALERT_GITHUB_TOKEN: GITHUB_TOKEN,
    ALERT_GITHUB_REPOSITORY: GITHUB_REPOSITORY,
  };
}

/** Words and statuses of "Handling errors" of incoming webhooks (read 2025-07). */
function slack(desk: NoticeDesk, { method, path, body }: ServiceRequest): ServiceAnswer {
  if (method !== 'POST') return words(405, 'method_not_allowed');
  if (path !== SLACK_PATH) return words(404, 'no_service');
  const message = parsed(body);
  if (!isJsonObject(message)) return words(400, 'invalid_payload');
  if (typeof message.text !== 'string' || message.text === '') return words(400, 'no_text');
  desk.slack.push({ atMs: Date.now(), text: message.text });
  return words(200, 'ok');
}

/** Codes of the error dictionary: 20003 log-in, 21211 no such number, 21602 no body (read 2025-07). */
function sms(desk: NoticeDesk, { method, path, body, query, headers }: ServiceRequest): ServiceAnswer {
  const login = `Basic ${Buffer.from(`${ACCOUNT}:${SMS_TOKEN}`).toString('base64')}`;
  if (headers.authorization !== login || path !== SMS_PATH) return refused(401, 20003, 'Authenticate');
  if (method === 'GET') {
    const own = desk.sms.filter(({ to }) => query.get('To') === null || to === query.get('To'));
    const messages = [...own].reverse().map((one) => ({ sid: one.sid, to: one.to, from: one.from, body: one.text }));
    return json(200, { messages: messages.slice(0, Number(query.get('PageSize') ?? '50')), page: 0 });
  }
  const form = new URLSearchParams(body);
  const [to, from, text] = [form.get('To') ?? '', form.get('From') ?? '', form.get('Body') ?? ''];
  if (!/^\+[1-9]\d{6,14}$/.test(to) || to === NO_NUMBER) return refused(400, 21211, `Invalid 'To' Phone Number: ${to}`);
  if (text === '') return refused(400, 21602, 'Message body is required.');
  const sid = `SM${String(desk.sms.length + 1).padStart(32, '0')}`;
  desk.sms.push({ atMs: Date.now(), sid, to, from, text });
  return json(201, { sid, status: 'queued', to, from, body: text, error_code: null });
}

function refused(status: number, code: number, message: string): ServiceAnswer {
  return json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}

function json(status: number, body: Json): ServiceAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function words(status: number, body: string): ServiceAnswer {
  return { status, headers: { 'content-type': 'text/html' }, body };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

import { BadConfig, NetworkError, type PhoenixError } from '../core/errors.js';
import type { MailSettings } from './mail-settings.js';

/** What nodemailer says about a failed send (its `errors.ts`, release 10.6.0), narrowed. */
interface SmtpProblem {
  readonly code: string;
  readonly command: string;
  /** Reply code of the server; null when there was none. */
  readonly status: number | null;
  readonly message: string;
}

/** Replies that mean "log in first" or "log-in refused" (RFC 4954, section 6). */
const AUTH_REPLIES: readonly number[] = [530, 534, 535, 538];
/** Message larger than the server takes (RFC 1870, section 6). */
const TOO_LARGE = 552;
const AUTH_CODES: readonly string[] = ['EAUTH', 'ENOAUTH'];
const CERTIFICATE = /certificate|self.signed|altname|wrong version number|unable to verify/i;

/**
 * The error to raise for a send that failed as a whole. Its text is our own: what the server said may repeat the log-in,
 * so neither its words nor the original error (as `cause`) are passed on.
 */
export function mailError(cause: unknown, { host, port }: MailSettings): PhoenixError {
  const problem = problemOf(cause);
  const { code, status } = problem;
  const place = `${host}:${port}`;
  const reply = status === null ? code : `reply ${status}`;
  if (isAuthRefusal(problem))
    return new BadConfig([`SMTP_USERNAME or SMTP_PASSWORD was refused by ${place} (${reply})`]);
  if (code === 'ETLS' || CERTIFICATE.test(problem.message)) {
    return new BadConfig([
      `SMTP_HOST ${place} gives no trusted TLS connection; plain mail is sent on this machine only`,
    ]);
  }
  if (status !== null && status >= 500 && problem.command === 'MAIL FROM') {
    return new BadConfig([`SENDER_EMAIL was refused by ${place} (${reply})`]);
  }
  const known = new Set([code, problem.command, reply].filter((text) => text !== ''));
  return new NetworkError(place, `mail was not taken (${[...known].join(', ')})`);
}

/** True when the server refused the message itself for good (5xx to DATA, or too large): no repeat can help. */
export function isMessageRefusal(cause: unknown): boolean {
  const { code, status, command } = problemOf(cause);
  if (status === null) return code === 'EMESSAGE'; // larger than the size the server announced; nothing was sent
  return status === TOO_LARGE || (status >= 500 && (code === 'EMESSAGE' || command === 'DATA'));
}

/**
 * Reply codes of refused recipients by address, from an error or from a send that was taken in part. A refusal without
 * a code counts as "not now" (450), so that it is tried again.
 */
export function refusalsOf(outcome: unknown): ReadonlyMap<string, number> {
  const list: unknown = property(outcome, 'rejectedErrors');
  const refusals = new Map<string, number>();
  for (const item of Array.isArray(list) ? list : []) {
    const recipient = property(item, 'recipient');
    const status = property(item, 'responseCode');
    if (typeof recipient === 'string') refusals.set(recipient, typeof status === 'number' ? status : 450);
  }
  return refusals;
}

/** True for the reply of a server that wants a log-in it did not get. */
export function isAuthReply(status: number): boolean {
  return AUTH_REPLIES.includes(status);
}

function isAuthRefusal({ code, status }: SmtpProblem): boolean {
  if (status !== null && isAuthReply(status)) return true;
  // A 4xx at the log-in (RFC 4954: 454) is the server's trouble, not ours.
  return AUTH_CODES.includes(code) && (status === null || status >= 500);
}

function problemOf(cause: unknown): SmtpProblem {
  const text = (key: string): string => {
    const value = property(cause, key);
    return typeof value === 'string' ? value : '';
  };
  const status = property(cause, 'responseCode');
  return {
    code: text('code') || 'no code',
    command: text('command'),
    status: typeof status === 'number' && status > 0 ? status : null,
    message: text('message'),
  };
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Reflect.get(value, key);
}

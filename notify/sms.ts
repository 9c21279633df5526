import { BadConfig } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { callService, jsonOf, memberOf, type ServiceReply } from './http-call.js';
import type { SentLedger } from './sent-ledger.js';
import type { OutgoingNotice, Tell } from './told.js';

export interface SmsSettings {
  readonly baseUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** Number in E.164 that it comes from. */
  readonly from: string;
}

/** Three segments; longer ones cost more and are read less. */
const LONGEST = 450;

/**
 * Tells by the Messages resource of Twilio (2010-04-01; `POST …/Messages.json` in form encoding, 201 with the `sid`; read
 * 2025-07). It takes no key of ours, so from the second try on the messages sent to the number are looked through for the
 * reference first. Who got it is written down number by number.
 */
export function tellSms(settings: SmsSettings, ledger: SentLedger): Tell {
  return async (notice, signal) => {
    if (notice.phones.length === 0) return { state: 'skipped', reason: 'nobody on call has a phone number' };
    const proofs: string[] = [];
    const refused: string[] = [];
    for (const phone of notice.phones) {
      const sent = await sendTo(settings, ledger, notice, phone, signal);
      (sent.outcome === 'accepted' ? proofs : refused).push(sent.messageId);
    }
    if (proofs.length === 0) return { state: 'failed', reason: `refused: ${refused.join(', ')}` };
    return { state: 'delivered', proof: [...proofs, ...refused].join(' ') };
  };
}

async function sendTo(
  settings: SmsSettings,
  ledger: SentLedger,
  notice: OutgoingNotice,
  phone: string,
  signal: AbortSignal,
): Promise<{ readonly messageId: string; readonly outcome: 'accepted' | 'refused' }> {
  const key = `sms ${notice.id}|${phone}`;
  const known = await ledger.wasSent(key);
  if (known !== null) return known;
  const earlier = notice.attempt > 1 ? await findSent(settings, notice, phone, signal) : null;
  const sent = earlier ?? (await send(settings, notice, phone, signal));
  await ledger.markSent(key, { idempotencyKey: `sms ${notice.id}`, recipient: phone, ...sent });
  return sent;
}

async function send(settings: SmsSettings, notice: OutgoingNotice, phone: string, signal: AbortSignal) {
  const body = new URLSearchParams({ To: phone, From: settings.from, Body: smsText(notice) }).toString();
  const reply = await callService({
    method: 'POST',
    url: messagesUrl(settings),
    headers: headersOf(settings),
    body,
    signal,
  });
  const answer = jsonOf(reply.text);
  const sid = memberOf(answer, 'sid');
  if (reply.status === 201 && typeof sid === 'string') return { messageId: sid, outcome: 'accepted' as const };
  checkLogin(reply, settings);
  const code = memberOf(answer, 'code');
  return { messageId: `HTTP ${reply.status} code ${String(code)}`, outcome: 'refused' as const };
}

/** The message of an earlier try whose answer was lost; null when there is none. */
async function findSent(settings: SmsSettings, notice: OutgoingNotice, phone: string, signal: AbortSignal) {
  const query = new URLSearchParams({ To: phone, PageSize: '50' }).toString();
  const url = `${messagesUrl(settings)}?${query}`;
  const reply = await callService({ method: 'GET', url, headers: headersOf(settings), signal });
  checkLogin(reply, settings);
  const messages = memberOf(jsonOf(reply.text), 'messages');
  for (const message of Array.isArray(messages) ? messages : []) {
    const [text, sid] = [memberOf(message, 'body'), memberOf(message, 'sid')];
    if (typeof text === 'string' && typeof sid === 'string' && text.endsWith(referenceOf(notice))) {
      return { messageId: sid, outcome: 'accepted' as const };
    }
  }
  return null;
}

function checkLogin({ status }: ServiceReply, { baseUrl }: SmsSettings): void {
  if (status === 401)
    throw new BadConfig([`TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN was refused by ${new URL(baseUrl).host}`]);
}

function messagesUrl({ baseUrl, accountSid }: SmsSettings): string {
  return `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
}

function headersOf({ accountSid, authToken }: SmsSettings): Readonly<Record<string, string>> {
  const login = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  return { authorization: `Basic ${login}`, 'content-type': 'application/x-www-form-urlencoded' };
}

function smsText(notice: OutgoingNotice): string {
  const [first = ''] = notice.body.split('\n');
  const reference = referenceOf(notice);
  return `${`${notice.title}: ${first}`.slice(0, LONGEST - reference.length - 1)} ${reference}`;
}

function referenceOf({ id }: OutgoingNotice): string {
  return `Ref ${sha256(id).slice(0, 10)}`;
}

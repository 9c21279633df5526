import { createTransport, type SMTPTransportOptions } from 'nodemailer';
import { BadConfig, NetworkError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { isAuthReply, isMessageRefusal, mailError, refusalsOf } from './mail-errors.js';
import { isLocalServer, type MailSettings } from './mail-settings.js';

/** A mail to send. Both parts are needed: some readers see only the text. */
export interface Mail {
  /** The same for every try of the same mail; gives the Message-ID. */
  readonly idempotencyKey: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Plain addresses; left out, the recipients of the settings. */
  readonly to?: readonly string[];
  readonly attachments?: readonly MailAttachment[];
}

export interface MailAttachment {
  /** Plain file name. */
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Of a picture that the HTML shows as `cid:<cid>`; left out: a file beside the text. */
  readonly cid?: string;
}

/** What the server did with a mail it took for at least one recipient, or refused for good. */
export interface MailReceipt {
  readonly messageId: string;
  readonly accepted: readonly string[];
  /** Refused for good (5xx). */
  readonly refused: readonly string[];
  /** Not taken now (4xx) while others were decided; worth another try for these alone. */
  readonly deferred: readonly string[];
}

export interface Mailer {
  /** Who gets a mail that names nobody. */
  readonly recipients: readonly string[];
  /**
   * Sends over one new connection. A repeat sends again, with the same Message-ID; `sendOnce` is the guard against that.
   * @throws NetworkError (retried) when the server is away, slow or says 4xx
   * @throws BadConfig (final) for a refused log-in or sender, no trusted TLS, an address that is none
   */
  send(mail: Mail, signal?: AbortSignal): Promise<MailReceipt>;
  /** Connects, logs in, sends nothing; for the doctor. @throws as `send` */
  verify(): Promise<void>;
}

const DEFAULT_TIMEOUTS = { connectMs: 10_000, greetingMs: 10_000, silenceMs: 30_000 };
/** No blanks, quotes, commas, angle brackets or control characters: nothing that could add a header or a recipient. */
const PLAIN_ADDRESS = /^[^\s"(),:;<>@[\\\]\p{C}]{1,64}@[^\s"(),:;<>@[\\\]\p{C}]{1,255}$/u;

/** A mailer over SMTP: TLS from the first byte on port 465, else STARTTLS; plain only to a server of this machine. */
export function createMailer(settings: MailSettings): Mailer {
  const transport = createTransport(transportOptions(settings));
  return {
    recipients: settings.recipients,
    send: async (mail, signal) => {
      const to = mail.to ?? settings.recipients;
      checkAddresses(settings, to);
      const messageId = messageIdOf(mail.idempotencyKey, settings.sender);
      try {
        const info = await transport.sendMail({
          ...message(mail, settings.sender, to),
          messageId,
          ...(signal === undefined ? {} : { signal }),
        });
        return receiptOf(messageId, to, refusalsOf(info));
      } catch (cause) {
        signal?.throwIfAborted();
        return refusedOrThrow(cause, messageId, to, settings);
      }
    },
    verify: async () => {
      try {
        await transport.verify();
      } catch (cause) {
        throw mailError(cause, settings);
      }
    },
  };
}

/** The same key gives the same id, so that a mail server or a reader can tell a repeat. */
export function messageIdOf(idempotencyKey: string, sender: string): string {
  const domain = sender.slice(sender.lastIndexOf('@') + 1);
  return `<${sha256(idempotencyKey).slice(0, 40)}@${domain}>`;
}

function transportOptions({
  host,
  port,
  username,
  password,
  timeouts = DEFAULT_TIMEOUTS,
}: MailSettings): SMTPTransportOptions {
  const local = isLocalServer(host);
  return {
    host,
    port,
    secure: port === 465,
    requireTLS: !local,
    // Nobody stands between us and this machine, and no authority signs for 127.0.0.1.
    tls: { rejectUnauthorized: !local, minVersion: 'TLSv1.2' },
    ...(username === null ? {} : { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: timeouts.connectMs,
    dnsTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetingMs,
    socketTimeout: timeouts.silenceMs,
    // Content is text we made; it must never make the mailer read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function message({ subject, html, text, attachments = [] }: Mail, sender: string, to: readonly string[]) {
  return {
    from: { name: '', address: sender },
    to: to.map((address) => ({ name: '', address })),
    envelope: { from: sender, to: [...to] },
    subject: subject.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim(),
    html,
    text,
    attachments: attachments.map(({ content, ...attachment }) => ({ ...attachment, content: Buffer.from(content) })),
    headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: no out-of-office answers
  };
}

function checkAddresses({ sender }: MailSettings, to: readonly string[]): void {
  const faults: string[] = [];
  if (!PLAIN_ADDRESS.test(sender)) faults.push('SENDER_EMAIL is no plain mail address');
  if (to.length === 0) faults.push('RECIPIENT_EMAILS names nobody');
  if (!to.every((address) => PLAIN_ADDRESS.test(address)))
    faults.push('RECIPIENT_EMAILS holds a text that is no plain mail address');
  if (faults.length > 0) throw new BadConfig(faults);
}

function receiptOf(messageId: string, to: readonly string[], refusals: ReadonlyMap<string, number>): MailReceipt {
  const statusOf = (address: string) => refusals.get(address) ?? 250;
  return {
    messageId,
    accepted: to.filter((address) => statusOf(address) < 400),
    refused: to.filter((address) => statusOf(address) >= 500),
    deferred: to.filter((address) => statusOf(address) >= 400 && statusOf(address) < 500),
  };
}

function refusedOrThrow(cause: unknown, messageId: string, to: readonly string[], settings: MailSettings): MailReceipt {
  if (isMessageRefusal(cause)) return { messageId, accepted: [], refused: to, deferred: [] };
  const refusals = refusalsOf(cause);
  const statuses = [...refusals.values()];
  if (statuses.length === 0 || statuses.some(isAuthReply)) throw mailError(cause, settings);
  const receipt = receiptOf(messageId, to, refusals);
  if (receipt.refused.length === 0) {
    throw new NetworkError(
      `${settings.host}:${settings.port}`,
      `recipients were put off (reply ${statuses.join(', ')})`,
    );
  }
  return { ...receipt, accepted: [] }; // raised, so nobody was accepted, also where the server gave no reason
}

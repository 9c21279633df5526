import { type Config, isLoopback } from '../core/config.js';

/** What a mailer needs. Made by `mailReadiness` from the process settings. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** Null: the server is used without a log-in. */
  readonly username: string | null;
  readonly password: string | null;
  readonly sender: string;
  /** Who gets a mail that names nobody. */
  readonly recipients: readonly string[];
  /** Milliseconds for each of: connecting, the greeting, silence on the line. Default 10 s, 10 s, 30 s. */
  readonly timeouts?: { readonly connectMs: number; readonly greetingMs: number; readonly silenceMs: number };
}

export type MailReadiness =
  | { readonly ready: true; readonly settings: MailSettings }
  | { readonly ready: false; readonly reason: string };

type MailConfig = Pick<
  Config,
  'mode' | 'emailEnabled' | 'smtpHost' | 'smtpPort' | 'smtpUsername' | 'smtpPassword' | 'senderEmail'
> & { readonly recipientEmails: readonly string[] };

/** Whether mail can be sent with these settings; if not, why, in words for the run summary. Asks no server. */
export function mailReadiness(config: MailConfig): MailReadiness {
  const { smtpHost, senderEmail, recipientEmails } = config;
  if (!config.emailEnabled) return { ready: false, reason: `EMAIL_ENABLED is false in ${config.mode} mode` };
  const missing = [
    smtpHost === null ? 'SMTP_HOST' : null,
    senderEmail === null ? 'SENDER_EMAIL' : null,
    recipientEmails.length === 0 ? 'RECIPIENT_EMAILS' : null,
  ].filter((name) => name !== null);
  if (smtpHost === null || senderEmail === null || missing.length > 0) {
    return { ready: false, reason: `${missing.join(', ')} not set in ${config.mode} mode` };
  }
  const settings = {
    host: smtpHost,
    port: config.smtpPort,
    // A demo mails to the sandbox, whatever log-in the settings file holds for the real server.
    username: config.mode === 'demo' ? null : config.smtpUsername,
    password: config.mode === 'demo' ? null : config.smtpPassword,
    sender: senderEmail,
    recipients: recipientEmails,
  };
  return { ready: true, settings };
}

/** True when the mail server is on this machine: the only place where a mail may travel without TLS. */
export function isLocalServer(host: string): boolean {
  return isLoopback(`smtp://${host.includes(':') ? `[${host}]` : host}`);
}

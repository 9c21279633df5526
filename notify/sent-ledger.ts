import { NetworkError } from '../core/errors.js';
import type { Mail, Mailer } from './mail.js';

/** What is written down about a mail and one of its recipients. */
export interface SentInfo {
  readonly idempotencyKey: string;
  readonly recipient: string;
  readonly messageId: string;
  /** `refused`: by the server and for good; no repeat is made. */
  readonly outcome: 'accepted' | 'refused';
}

/** Memory of what was sent. Kept in the database; keys are opaque and at most 1,000 characters. */
export interface SentLedger {
  /** What was written for this key, null when nothing. @throws StoreUnavailable (retried) */
  wasSent(key: string): Promise<SentInfo | null>;
  /** Writes it down; a repeat with the same key changes nothing. @throws StoreUnavailable (retried) */
  markSent(key: string, info: SentInfo): Promise<void>;
}

/** Where every recipient of a mail stands, this call's and earlier calls' work together. */
export interface SendOnceResult {
  /** `refused`: no recipient took it. */
  readonly status: 'sent' | 'refused';
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
  /** True when nothing was left to do, so no server was asked. */
  readonly alreadyDone: boolean;
}

/**
 * Sends a mail to those recipients that did not get it yet. Safe to repeat: a recipient gets it twice only when the
 * process dies between the server's acceptance and our record, and then with the same Message-ID.
 * @throws NetworkError (retried) also when some recipients were put off; the others are written down by then
 * @throws BadConfig (final), as `Mailer.send`
 */
export async function sendOnce(
  mailer: Mailer,
  ledger: SentLedger,
  mail: Mail,
  signal?: AbortSignal,
): Promise<SendOnceResult> {
  const recipients = [...new Set(mail.to ?? mailer.recipients)];
  const known = new Map<string, SentInfo>();
  for (const recipient of recipients) {
    const info = await ledger.wasSent(keyOf(mail, recipient));
    if (info !== null) known.set(recipient, info);
  }
  const waiting = recipients.filter((recipient) => !known.has(recipient));
  const [first] = known.values();
  if (waiting.length === 0 && first !== undefined) return resultOf(known, first.messageId, true);

  const receipt = await mailer.send({ ...mail, to: waiting }, signal);
  for (const [outcome, list] of [['accepted', receipt.accepted] as const, ['refused', receipt.refused] as const]) {
    for (const recipient of list) {
      const info = { idempotencyKey: mail.idempotencyKey, recipient, messageId: receipt.messageId, outcome };
      await ledger.markSent(keyOf(mail, recipient), info);
      known.set(recipient, info);
    }
  }
  if (receipt.deferred.length > 0) {
    throw new NetworkError('mail server', `${receipt.deferred.length} of ${recipients.length} recipients were put off`);
  }
  return resultOf(known, receipt.messageId, false);
}

function keyOf({ idempotencyKey }: Mail, recipient: string): string {
  return `${idempotencyKey}|${recipient}`;
}

function resultOf(known: ReadonlyMap<string, SentInfo>, messageId: string, alreadyDone: boolean): SendOnceResult {
  const of = (outcome: SentInfo['outcome']) =>
    [...known.values()].filter((info) => info.outcome === outcome).map(({ recipient }) => recipient);
  const accepted = of('accepted');
  return { status: accepted.length > 0 ? 'sent' : 'refused', messageId, accepted, refused: of('refused'), alreadyDone };
}

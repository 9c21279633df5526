import type { Config } from '../core/config.js';
import { runDateOf } from '../core/dates.js';
import { sha256 } from '../core/hash.js';
import { loadAlertChannels, loadRoster, marketOf } from '../core/product-settings.js';
import type { DigestResult } from '../core/schemas/alerts.js';
import { digestOf } from '../domain/alerts/digest.js';
import { type Contact, onCallFor } from '../domain/roster.js';
import { createTellers } from '../notify/tellers.js';
import type { OutgoingNotice, Told } from '../notify/told.js';
import { digestNotices, endDelivery, findDelivery, noteAttempt } from '../store/alerts/deliveries.js';
import type { DeliveryDocument } from '../store/alerts/documents.js';
import { standingRoster } from '../store/alerts/settings.js';
import type { Database } from '../store/database.js';
import { createSentLedger } from '../store/reports/sent-mails.js';
import { withHeartbeat } from './heartbeat.js';

export interface DeliverDeps {
  readonly config: Config;
  readonly database: Database;
}

/** Activities that bring notices to people. */
export function createDeliverActivities({ config, database }: DeliverDeps) {
  const { db } = database;
  const tellers = createTellers(config, createSentLedger(db));
  const told = async (id: string, how: Told): Promise<void> =>
    endDelivery(db, id, {
      state: how.state,
      proof: how.state === 'delivered' ? how.proof : null,
      reason: how.state === 'delivered' ? null : how.reason,
    });
  const contactsOf = async ({ market, kind, tier, roles }: DeliveryDocument): Promise<readonly Contact[]> => {
    const { tells, escalatesTo } = loadAlertChannels().response[tier];
    const ofTier = kind === 'escalated' ? [...escalatesTo, ...tells] : tells;
    return onCallFor(await standingRoster(db, loadRoster()), roles ?? ofTier, Date.now(), marketOf(market).timeZone);
  };
  return {
    /**
     * Sends one notice and keeps the proof. Safe to repeat: what has ended is not sent again, and every channel looks as far as it
     * can whether an earlier try arrived (docs/alerts.md says where it cannot).
     * @throws NetworkError, SourceUnavailable, RateLimited (retried), BadConfig (final)
     */
    async deliverNotice({ id }: { readonly id: string }): Promise<DeliveryDocument['state']> {
      const delivery = await findDelivery(db, id);
      if (delivery === null) return 'failed';
      const { channel, state } = delivery;
      if (state !== 'waiting' || channel === 'digest') return state;
      const contacts = await contactsOf(delivery);
      await noteAttempt(db, id);
      const how = await withHeartbeat((signal) => tellers[channel](outgoing(delivery, contacts), signal));
      await told(id, how);
      return how.state;
    },

    /** Writes down that a notice could not be brought to anybody. A repeat changes nothing. */
    async giveUpNotice({ id, reason }: { readonly id: string; readonly reason: string }): Promise<void> {
      await told(id, { state: 'failed', reason });
    },

    /**
     * Mails what waits for the digest, once a day and market. Errors as `deliverNotice`.
     * @param atMs epoch milliseconds; what came later waits for the next one
     */
    async mailDigest({ market, atMs }: { readonly market: string; readonly atMs: number }): Promise<DigestResult> {
      const notices = await digestNotices(db, market, new Date(atMs));
      const [first] = notices;
      if (first === undefined) return { notices: 0, sent: false, reason: 'nothing to tell' };
      const day = runDateOf(atMs, marketOf(market).timeZone);
      const { title, body } = digestOf(market, day, config.mode, notices);
      const mails = (await contactsOf(first)).flatMap(({ mail }) => mail ?? []);
      // Named by what is in it: what came after a lost answer is another mail.
      const id = `digest/${market}/${day}/${sha256(notices.map(({ _id }) => _id).join('\n'))}`;
      const mail = { id, alertId: '', kind: 'told' as const, attempt: 1, phones: [] };
      const how = await withHeartbeat((signal) => tellers.mail({ ...mail, title, body, mails }, signal));
      for (const { _id } of notices) await told(_id, how);
      const reason = how.state === 'delivered' ? null : how.reason;
      return { notices: notices.length, sent: reason === null, reason };
    },
  };
}

export type DeliverActivities = ReturnType<typeof createDeliverActivities>;

function outgoing(
  { _id, alertId, kind, title, body, attempts }: DeliveryDocument,
  contacts: readonly Contact[],
): OutgoingNotice {
  return {
    ...{ id: _id, alertId, kind, title, body, attempt: attempts + 1 },
    mails: contacts.flatMap(({ mail }) => mail ?? []),
    phones: contacts.flatMap(({ phone }) => phone ?? []),
  };
}

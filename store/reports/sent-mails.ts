import type { Db } from 'mongodb';

/** What is written down about one mail to one recipient. */
export interface SentMail {
  readonly idempotencyKey: string;
  readonly recipient: string;
  readonly messageId: string;
  readonly outcome: 'accepted' | 'refused';
}

interface SentMailDocument extends SentMail {
  readonly _id: string;
  readonly at: Date;
}

/** Memory of sent mails (`notify/sent-ledger.ts` says what it is for). */
export function createSentLedger(db: Db) {
  const mails = db.collection<SentMailDocument>('sent_mails');
  return {
    async wasSent(key: string): Promise<SentMail | null> {
      return mails.findOne({ _id: key }, { projection: { _id: 0, at: 0 } });
    },
    async markSent(key: string, info: SentMail): Promise<void> {
      await mails.updateOne({ _id: key }, { $setOnInsert: { ...info, at: new Date() } }, { upsert: true });
    },
  };
}

import type { Db } from 'mongodb';
import type { BalanceVerdict } from '../../domain/reconcile.js';

/** Who bills us and can be asked. */
export type Provider = '2captcha' | 'webshare';

/** `provider_readings`: what a provider said of our account, and what that meant. Rows are only ever added. */
export interface ProviderReadingDocument {
  /** Provider and instant. */
  readonly _id: string;
  readonly provider: Provider;
  readonly at: Date;
  /** Null when it could not be read. */
  readonly problem: string | null;
  /** Of a prepaid account. */
  readonly balanceUsdMicros?: number;
  /** Of a prepaid account: all that was ever booked on its line, with what this reading corrected; left out by earlier versions. */
  readonly ledgerUsdMicros?: number;
  /** Of a plan: price of 30 days. */
  readonly termUsdMicros?: number;
  /** False where calls were under way, so that balance and ledger cannot be compared. */
  readonly quiet: boolean;
  /** Against the quiet reading before; null without one. */
  readonly verdict: BalanceVerdict['kind'] | 'price-changed' | null;
  readonly differenceUsdMicros: number;
  /** What was booked in the time that was compared. */
  readonly bookedUsdMicros: number;
  /** Of a prepaid account: how long it lasts; null when nothing is spent. */
  readonly daysLeft?: number | null;
}

const readingsOf = (db: Db) => db.collection<ProviderReadingDocument>('provider_readings');

/** Keeps a reading. */
export async function addReading(
  db: Db,
  reading: Omit<ProviderReadingDocument, '_id'>,
): Promise<ProviderReadingDocument> {
  const document = { _id: `${reading.provider}:${reading.at.toISOString()}`, ...reading };
  await readingsOf(db).updateOne({ _id: document._id }, { $setOnInsert: reading }, { upsert: true });
  return document;
}

/** The latest reading of a provider that could be read and compared; null without one. */
export async function lastQuietReading(db: Db, provider: Provider): Promise<ProviderReadingDocument | null> {
  return readingsOf(db).findOne({ provider, quiet: true, problem: null }, { sort: { at: -1 } });
}

/** The latest reading of each provider, whatever came of it. */
export async function latestReadings(db: Db): Promise<readonly ProviderReadingDocument[]> {
  const providers: readonly Provider[] = ['2captcha', 'webshare'];
  const all = await Promise.all(
    providers.map((provider) => readingsOf(db).findOne({ provider }, { sort: { at: -1 } })),
  );
  return all.filter((reading) => reading !== null);
}

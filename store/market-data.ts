import type { Db } from 'mongodb';
import type { Indicator, MarketFileName } from '../core/schemas/market-data.js';

/** `market_files`: what is known of a file of open market data. */
export interface MarketFileDocument {
  readonly _id: MarketFileName;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** When the server last said anything about it. */
  readonly checkedAt: Date;
  /** Answer that the figures were read from. */
  readonly fetchId: string;
  readonly url: string;
  readonly fetchedAt: Date;
  /** SHA-256 of the bytes as they came. The file itself is not kept. */
  readonly sha256: string;
  readonly bytes: number;
  /** Areas it was read for: for other ones it must be read again. */
  readonly areas: readonly string[];
}

/** `market_indicators`: a published figure, with what it was before it was revised. */
export interface IndicatorDocument extends Indicator {
  /** Series, area and period. */
  readonly _id: string;
  readonly file: MarketFileName;
  readonly fetchId: string;
  /** When we first read this value. */
  readonly knownFrom: Date;
  readonly revisions: readonly { readonly value: number | null; readonly knownFrom: Date; readonly fetchId: string }[];
}

const filesOf = (db: Db) => db.collection<MarketFileDocument>('market_files');
const indicatorsOf = (db: Db) => db.collection<IndicatorDocument>('market_indicators');
const idOf = ({ series, area, period }: Indicator) => `${series}:${area}:${period}`;

export async function findMarketFile(db: Db, file: MarketFileName): Promise<MarketFileDocument | null> {
  return filesOf(db).findOne({ _id: file });
}

/** The server says that nothing has changed. */
export async function noteMarketFileChecked(db: Db, file: MarketFileName, checkedAt: Date): Promise<void> {
  await filesOf(db).updateOne({ _id: file }, { $set: { checkedAt } });
}

/** Operations of one statement. */
const AT_ONCE = 500;

/**
 * Keeps the figures of a file, and then what is known of the file: an attempt that breaks off is done again. New and revised
 * ones are written; a revised one keeps what it was. A repeat writes nothing.
 * @returns how many were new or revised
 */
export async function keepMarketFile(
  db: Db,
  file: Omit<MarketFileDocument, '_id'> & { readonly name: MarketFileName },
  indicators: readonly Indicator[],
): Promise<number> {
  const { name, fetchId, fetchedAt, ...rest } = file;
  const known = new Map(
    (await indicatorsOf(db).find({ file: name }).toArray()).map((document) => [document._id, document] as const),
  );
  const changed = [...new Map(indicators.map((one) => [idOf(one), one] as const))].filter(([id, { value, reason }]) => {
    const before = known.get(id);
    return !before || before.value !== value || before.reason !== reason;
  });
  for (let at = 0; at < changed.length; at += AT_ONCE) {
    await indicatorsOf(db).bulkWrite(
      changed.slice(at, at + AT_ONCE).map(([id, indicator]) => {
        const before = known.get(id);
        const past = before ? [{ value: before.value, knownFrom: before.knownFrom, fetchId: before.fetchId }] : [];
        const revisions = [...(before?.revisions ?? []), ...past];
        const replacement = { ...indicator, file: name, fetchId, knownFrom: fetchedAt, revisions };
        return { replaceOne: { filter: { _id: id }, replacement, upsert: true } };
      }),
    );
  }
  await filesOf(db).replaceOne({ _id: name }, { ...rest, fetchId, fetchedAt }, { upsert: true });
  return changed.length;
}

/** Newest month of a file's figures, `YYYY-MM`; null without any. */
export async function newestPeriod(db: Db, file: MarketFileName): Promise<string | null> {
  const [newest] = await indicatorsOf(db).find({ file }).sort({ period: -1 }).limit(1).toArray();
  return newest?.period ?? null;
}

/** The figures about some areas, by series, area and period. */
export async function indicatorsOfAreas(db: Db, areas: readonly string[]): Promise<readonly IndicatorDocument[]> {
  return indicatorsOf(db)
    .find({ area: { $in: [...areas] } })
    .sort({ series: 1, area: 1, period: 1 })
    .toArray();
}

/** The files that figures were read from, by name. */
export async function marketFiles(db: Db): Promise<ReadonlyMap<MarketFileName, MarketFileDocument>> {
  return new Map((await filesOf(db).find().toArray()).map((document) => [document._id, document]));
}

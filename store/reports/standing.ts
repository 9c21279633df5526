import type { Db } from 'mongodb';
import { median } from '../../domain/statistics.js';
import type { AlertDocument } from '../alerts/documents.js';

/** The homes of one ZIP code as readers see them now. */
export interface ZipHomes {
  readonly zip: string;
  readonly properties: number;
  readonly listed: number;
  /** US dollars; null where nothing is listed. */
  readonly medianListPrice: number | null;
  readonly medianPricePerSqft: number | null;
}

interface HomeRow {
  readonly normalized: {
    readonly address: { readonly zip: string | null };
    readonly pricing: { readonly list_price: number | null; readonly price_per_sqft: number | null };
  };
}

/** Homes of the read model by ZIP code; prices are those of listings on the market now. */
export async function homesByZip(db: Db, market: string): Promise<readonly ZipHomes[]> {
  const rows = db
    .collection<HomeRow>('processed_properties')
    .find({ market }, { projection: { _id: 0, 'normalized.address.zip': 1, 'normalized.pricing': 1 } });
  const zips = new Map<string, { properties: number; prices: number[]; perSqft: number[] }>();
  for await (const { normalized } of rows) {
    const zip = normalized.address.zip ?? 'none';
    const own = zips.get(zip) ?? { properties: 0, prices: [], perSqft: [] };
    zips.set(zip, own);
    own.properties += 1;
    const { list_price, price_per_sqft } = normalized.pricing;
    if (list_price !== null) own.prices.push(list_price);
    if (price_per_sqft !== null) own.perSqft.push(price_per_sqft);
  }
  return [...zips]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zip, { properties, prices, perSqft }]) => ({
      zip,
      properties,
      listed: prices.length,
      medianListPrice: median(prices),
      medianPricePerSqft: median(perSqft),
    }));
}

/** Alerts that are open, the worst and latest first. */
export async function openAlerts(db: Db, market: string): Promise<readonly AlertDocument[]> {
  return db
    .collection<AlertDocument>('alerts')
    .find({ market, state: { $in: ['firing', 'acknowledged'] } })
    .sort({ severity: 1, lastSeenAt: -1 })
    .toArray();
}

/** Questions about pairs that wait for a person. */
export async function openReviews(db: Db, market: string): Promise<number> {
  return db.collection('reviews').countDocuments({ market, state: 'open' });
}

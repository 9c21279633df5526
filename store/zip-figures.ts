import type { Db } from 'mongodb';
import type { DatedFigure, ZipFigures } from '../core/schemas/estimates.js';
import type { IndicatorDocument } from './market-data.js';

/** What of our own records counts as known and as typical. */
export interface AreaRules {
  readonly fewestHomes: number;
  readonly typicalShare: number;
}

/** Figures of a market change by the month, those of our records while a day is collected. */
const REMEMBERED_MS = 5 * 60_000;

/** Reads what is known of the market around properties, by ZIP code; remembered for some minutes. */
export function createZipFigures(
  db: Db,
  rules: AreaRules,
  now: () => number = Date.now,
): (zips: readonly (string | null)[]) => Promise<ReadonlyMap<string, ZipFigures>> {
  const known = new Map<string, { readonly figures: ZipFigures; readonly untilMs: number }>();
  return async (zips) => {
    const wanted = [...new Set(zips.flatMap((zip) => zip ?? []))];
    for (const zip of wanted) {
      if ((known.get(zip)?.untilMs ?? 0) > now()) continue;
      known.set(zip, { figures: await figuresOf(db, zip, rules, now()), untilMs: now() + REMEMBERED_MS });
    }
    return new Map(wanted.flatMap((zip) => known.get(zip) ?? []).map(({ figures }, at) => [wanted[at] ?? '', figures]));
  };
}

async function figuresOf(db: Db, zip: string, rules: AreaRules, nowMs: number): Promise<ZipFigures> {
  const rows = await db
    .collection<IndicatorDocument>('market_indicators')
    .find({ area: zip, series: { $in: ['zillow.zori', 'zillow.zhvi'] } })
    .sort({ series: 1, period: 1 })
    .toArray();
  const of = (series: string) =>
    rows.flatMap((row): DatedFigure[] =>
      row.series === series && row.value !== null ? [{ value: row.value, period: row.period }] : [],
    );
  return {
    rent: of('zillow.zori').at(-1) ?? null,
    values: of('zillow.zhvi'),
    areas: await areasOf(db, zip, rules, nowMs),
  };
}

async function areasOf(db: Db, zip: string, rules: AreaRules, nowMs: number): Promise<ZipFigures['areas']> {
  const rows = await db
    .collection<{ normalized: { details: { square_feet: number } } }>('processed_properties')
    .find(
      { 'normalized.address.zip': zip, 'normalized.details.square_feet': { $gt: 0 } },
      { projection: { 'normalized.details.square_feet': 1 } },
    )
    .toArray();
  const areas = rows.map(({ normalized }) => normalized.details.square_feet).sort((a, b) => a - b);
  if (areas.length < rules.fewestHomes) return null;
  const at = (share: number) => areas[Math.round(share * (areas.length - 1))] ?? 0;
  const left = (1 - rules.typicalShare) / 2;
  return {
    homes: areas.length,
    median: at(0.5),
    from: at(left),
    to: at(1 - left),
    asOf: new Date(nowMs).toISOString().slice(0, 10),
  };
}

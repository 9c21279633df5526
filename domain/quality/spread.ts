import type { ComposedProperty } from '../../core/schemas/property.js';
import { positiveFact } from '../property-facts.js';
import type { Finding } from './finding.js';

export const RATIOS = ['pricePerSqft', 'valuePerSqft'] as const;
type RatioName = (typeof RATIOS)[number];

/** US dollars a square foot of a home; null where a part is not known. */
export type Ratios = Readonly<Record<RatioName, number | null>>;

const PARTS: Readonly<Record<RatioName, string>> = { pricePerSqft: 'ListPrice', valuePerSqft: 'xFullCashValue' };
const CODES: Readonly<Record<RatioName, string>> = {
  pricePerSqft: 'price-beside-zip',
  valuePerSqft: 'value-beside-zip',
};

/** What of a home can be held against its neighbours. Pure. */
export function ratiosOf(property: ComposedProperty | null, isHome: boolean): Ratios {
  const area = property === null ? null : (positiveFact(property, 'LivingArea')?.value ?? null);
  const ratio = (name: RatioName) => {
    const over = property === null ? null : (positiveFact(property, PARTS[name])?.value ?? null);
    return !isHome || area === null || over === null ? null : Math.round((over / area) * 100) / 100;
  };
  return { pricePerSqft: ratio('pricePerSqft'), valuePerSqft: ratio('valuePerSqft') };
}

/** How a ratio lies in one ZIP code. */
export interface Spread {
  readonly homes: number;
  /** US dollars a square foot. */
  readonly median: number;
  /** What is outside cannot be told from an error. */
  readonly least: number;
  readonly most: number;
}

/** Below this number of homes a spread says nothing. */
const FEWEST = 12;
/** Six standard deviations of a normal spread, and never nearer than 2.5 times the median: streets of one ZIP code differ. */
const DEVIATIONS = 6;
const NEAREST = Math.log(2.5);
/** Makes the median deviation of a normal spread its standard deviation. */
const NORMAL = 1.4826;

/**
 * The spread of some ratios, by median and median deviation of their logarithms: a few errors among them move neither.
 * @returns null when there are too few
 */
export function spreadOf(values: readonly number[]): Spread | null {
  const logs = values.filter((value) => value > 0).map(Math.log);
  if (logs.length < FEWEST) return null;
  const middle = medianOf(logs);
  const deviation = medianOf(logs.map((log) => Math.abs(log - middle)));
  const reach = Math.max(NEAREST, DEVIATIONS * NORMAL * deviation);
  const dollars = (log: number) => Math.round(Math.exp(log) * 100) / 100;
  return { homes: logs.length, median: dollars(middle), least: dollars(middle - reach), most: dollars(middle + reach) };
}

/** Spreads by ZIP code and ratio. */
export type Spreads = ReadonlyMap<string, Readonly<Record<RatioName, Spread | null>>>;

/** What of a home goes into the spreads. */
export interface SpreadHome {
  readonly zip: string | null;
  readonly ratios: Ratios;
}

/** The spreads of every ZIP code among some homes. Pure. */
export function spreadsOf(homes: Iterable<SpreadHome>): Spreads {
  const gatherer = createSpreadGatherer();
  for (const home of homes) gatherer.add(home);
  return gatherer.total();
}

/** Spreads over homes that come one after another: two numbers a home are held. */
export function createSpreadGatherer(): { add(home: SpreadHome): void; total(): Spreads } {
  const zips = new Map<string, Record<RatioName, number[]>>();
  return {
    add({ zip, ratios }) {
      if (zip === null) return;
      const own = zips.get(zip) ?? { pricePerSqft: [], valuePerSqft: [] };
      zips.set(zip, own);
      for (const name of RATIOS) if (ratios[name] !== null) own[name].push(ratios[name]);
    },
    total() {
      return new Map(
        [...zips].map(([zip, { pricePerSqft, valuePerSqft }]) => [
          zip,
          { pricePerSqft: spreadOf(pricePerSqft), valuePerSqft: spreadOf(valuePerSqft) },
        ]),
      );
    },
  };
}

/** What a home's ratios say beside those of its ZIP code. Soft: a house may be unlike its street. Pure. */
export function spreadFindings(zip: string | null, ratios: Ratios, spreads: Spreads): readonly Finding[] {
  return RATIOS.flatMap((name): readonly Finding[] => {
    const spread = zip === null ? null : (spreads.get(zip)?.[name] ?? null);
    const value = ratios[name];
    if (spread === null || value === null || (value >= spread.least && value <= spread.most)) return [];
    const words = `${PARTS[name]} a square foot is ${value} dollars`;
    const explanation = `${words}; homes of ${zip} have ${spread.least} to ${spread.most}, median ${spread.median}`;
    const names = [PARTS[name], 'LivingArea'];
    return [{ code: CODES[name], severity: 'soft', names, sources: [], explanation, correction: null }];
  });
}

/** The middle of some numbers. @throws RangeError for none */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError('no numbers, no middle');
  return (low + high) / 2;
}

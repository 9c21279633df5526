import type { Random } from './random.js';

/** A home as drawn: areas in square feet, price in US dollars, texts in the county's form. */
interface DrawnHome {
  readonly lotSqft: number;
  readonly livingArea: number;
  readonly yearBuilt: number;
  readonly bathFixtures: number;
  readonly patios: number;
  readonly coveredPatios: boolean;
  readonly walls: string;
  readonly roof: string;
  readonly parking: 'garage' | 'carport' | 'none';
  /** Null: no recorded sale, as for four homes of ten. `date` is `YYYY-MM-01`. */
  readonly sale: { readonly price: number; readonly date: string } | null;
}

/** Draws homes like those of the county. */
export type HomeSampler = (random: Random) => DrawnHome;

const ROOFS: Readonly<Record<string, string>> = {
  'Concrete Tile': 'Ct - Concrete Tile',
  'Asphalt Shingle': 'As - Asphalt',
  'Built Up': 'Bu - Built Up',
  Tile: 'Ti - Tile',
  Metal: 'Me - Metal',
  Wood: 'Ws - Wood Shingle',
};

const WALLS: Readonly<Record<string, string>> = {
  'Frame Wood': 'Fw - Frame Wood',
  'Frame Stucco': 'Fs - Frame Stucco',
  '8" Painted Block': 'Bp - 8" Painted Block',
  '8" Stucco': 'Bs - 8" Painted Stucco',
  Brick: 'Br - Brick',
  'Slump Block': 'Sb - Slump Block',
  Adobe: 'Ad - Adobe',
};

// 5th, 25th, 50th, 75th, 95th percentile of 10,390 county homes of 2021 (the table of homes in the recordings folder).
const LOT = [1_720, 5_750, 7_320, 9_900, 43_495];
const LIVING = [995, 1_511, 1_904, 2_481, 4_320];
const YEAR = [1958, 1979, 1997, 2004, 2019];
const PRICE = [95_000, 180_000, 266_000, 383_000, 1_150_000];
const FIXTURES = [3, 6, 8, 10, 15];

/**
 * A sampler over the recorded table of homes, so that size, year and price of one home belong together.
 * @param csv text of the table, header first; null, or a table without a usable row: built-in ranges
 */
export function createHomeSampler(csv: string | null): HomeSampler {
  const rows = csv === null ? [] : usableRows(csv);
  if (rows.length === 0) return fromRanges;
  return (random) => fromRow(random.pick(rows), random);
}

type Row = Readonly<Record<string, string>>;

function usableRows(csv: string): readonly Row[] {
  const [header = '', ...lines] = csv.trim().split(/\r?\n/);
  const names = splitLine(header);
  const rows = lines.map((line) => {
    const cells = splitLine(line);
    return Object.fromEntries(names.map((name, index): [string, string] => [name, cells[index] ?? '']));
  });
  return rows.filter((row) => {
    const lot = Number(row.lot_size_sf);
    const living = Number(row.build_size_sf);
    return lot >= 1_000 && lot <= 60_000 && living >= 600 && living <= 6_000 && Number(row.build_yr) >= 1920;
  });
}

/** One line of comma-separated cells; cells may stand in quotes, with inner quotes doubled. */
function splitLine(line: string): readonly string[] {
  const cells = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  return cells.map((cell) => {
    const bare = cell.replace(/,$/, '');
    return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"') : bare;
  });
}

function fromRow(row: Row, random: Random): DrawnHome {
  const price = Number(row.price_usd);
  const sold = /^(\d{2})\/\d{2}\/(\d{4})$/.exec(row.sale_date ?? '');
  return {
    lotSqft: near(Number(row.lot_size_sf), random),
    livingArea: near(Number(row.build_size_sf), random),
    yearBuilt: Math.round(Number(row.build_yr)),
    bathFixtures: Math.max(3, Math.round(Number(row.bath_fixtures_ct) || 6)),
    patios: Math.min(3, Math.round(Number(row.patio_ct) || 0)),
    coveredPatios: (row.patio_type ?? '').startsWith('Covered'),
    walls: WALLS[row.wall_type ?? ''] ?? 'Fw - Frame Wood',
    roof: ROOFS[row.roof_type ?? ''] ?? 'Bu - Built Up',
    parking: row.parking_type === 'GR' ? 'garage' : row.parking_type === 'CP' ? 'carport' : 'none',
    sale: sold !== null && price >= 20_000 ? { price: Math.round(price), date: `${sold[2]}-${sold[1]}-01` } : null,
  };
}

function fromRanges(random: Random): DrawnHome {
  const patios = random.pick([0, 1, 1, 1, 2]);
  const year = Math.round(between(YEAR, random));
  const date = `${random.whole(Math.max(year, 2001), 2021)}-${String(random.whole(1, 12)).padStart(2, '0')}-01`;
  return {
    lotSqft: Math.round(between(LOT, random)),
    livingArea: Math.round(between(LIVING, random)),
    yearBuilt: year,
    bathFixtures: Math.round(between(FIXTURES, random)),
    patios,
    coveredPatios: random.chance(0.9),
    walls: random.pick(Object.values(WALLS)),
    roof: random.pick(Object.values(ROOFS)),
    parking: random.pick(['garage', 'garage', 'garage', 'garage', 'carport', 'none'] as const),
    sale: random.chance(0.6) ? { price: Math.round(between(PRICE, random) / 100) * 100, date } : null,
  };
}

function near(value: number, random: Random): number {
  return Math.round(value * (0.97 + random.next() * 0.06));
}

function between(quantiles: readonly number[], random: Random): number {
  const at = random.next() * (quantiles.length - 1);
  const low = quantiles[Math.floor(at)] ?? 0;
  const high = quantiles[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

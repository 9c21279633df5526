import type { Random } from './random.js';

/** A subdivision of a ZIP, shared by its parcels. */
interface Subdivision {
  readonly name: string;
  readonly mcr: string;
  readonly section: string;
  readonly township: string;
  readonly range: string;
  readonly parcels: number;
}

/** What the parcels of one ZIP have in common. */
export interface Place {
  readonly zip: string;
  readonly city: string;
  readonly subdivisions: readonly Subdivision[];
  readonly elementaryDistrict: string;
  readonly highSchoolDistrict: string;
  /** Assessor's book, three digits. */
  readonly book: string;
  readonly latitude: number;
  readonly longitude: number;
  /** A street line that was not given before. */
  nextStreet(): string;
}

interface Quarter {
  readonly book: string;
  readonly west: readonly [number, number];
  readonly avenues: readonly [number, number];
  readonly latitude: number;
  readonly longitude: number;
}

// West Phoenix: house numbers and numbered avenues of each ZIP as on the city's street grid (read off recorded rows).
const QUARTERS: Readonly<Record<string, Quarter>> = {
  '85031': { book: '103', west: [5_102, 5_898], avenues: [52, 58], latitude: 33.495, longitude: -112.169 },
  '85033': { book: '102', west: [6_702, 8_298], avenues: [68, 82], latitude: 33.494, longitude: -112.213 },
  '85035': { book: '104', west: [5_102, 7_498], avenues: [52, 74], latitude: 33.472, longitude: -112.19 },
};

// biome-ignore format: a list of words reads better filled
const CROSS_STREETS = [
  'CLARENDON AVE', 'INDIANOLA AVE', 'OSBORN RD', 'FLOWER ST', 'EARLL DR', 'CAMPBELL AVE', 'GLENROSA AVE',
  'HEATHERBRAE DR', 'MINNEZONA AVE', 'TURNEY AVE', 'MEADOWBROOK AVE', 'PINCHOT AVE', 'CATALINA DR', 'WINDSOR AVE',
  'ENCANTO BLVD', 'MITCHELL DR', 'WHITTON AVE', 'MONTECITO AVE', 'ROMA AVE', 'AVALON DR',
];
const ESTATES = [
  'MARYVALE TERRACE',
  'NATIONAL EMBLEM WEST',
  'DESERT WILLOW ESTATES',
  'SUNRISE PARK',
  'PALO VERDE MANOR',
];

/**
 * What a ZIP is like. ZIPs the sandbox has never heard of get a book, streets and a city of their own.
 * @param known city and book seen in recorded answers of this ZIP, null where none was
 * @param usedStreets street lines already given, recorded ones included; grows
 */
export function createPlace(
  zip: string,
  known: { readonly city: string | null; readonly book: string | null },
  usedStreets: Set<string>,
  random: Random,
): Place {
  const quarter = QUARTERS[zip] ?? unknownQuarter(zip, random);
  const { west, avenues } = quarter;
  return {
    zip,
    city: known.city ?? 'PHOENIX',
    subdivisions: ESTATES.map((name, index) => subdivision(name, index, random)),
    elementaryDistrict: 'CARTWRIGHT ELEMENTARY SCHOOL DISTRICT',
    highSchoolDistrict: 'PHOENIX UNION HIGH SCHOOL DISTRICT #210',
    book: known.book ?? quarter.book,
    latitude: quarter.latitude,
    longitude: quarter.longitude,
    nextStreet() {
      for (;;) {
        const line = random.chance(0.7)
          ? `${random.whole(west[0], west[1])} W ${random.pick(CROSS_STREETS)}`
          : `${random.whole(2_202, 4_998)} N ${ordinal(random.whole(avenues[0], avenues[1]))} ${random.pick(['AVE', 'DR', 'LN'])}`;
        if (usedStreets.has(line)) continue;
        usedStreets.add(line);
        return line;
      }
    },
  };
}

function unknownQuarter(zip: string, random: Random): Quarter {
  const first = random.whole(9, 180);
  return {
    book: String(100 + (Number(zip) % 800)),
    west: [first * 100 + 1, first * 100 + 1_699],
    avenues: [first, first + 16],
    latitude: 33.3 + random.next() * 0.4,
    longitude: -112.4 + random.next() * 0.5,
  };
}

function subdivision(name: string, index: number, random: Random): Subdivision {
  // Runs of blanks stand inside recorded names, before lot ranges.
  const tail = index === 1 ? `   LOT ${random.whole(100, 400)}-${random.whole(401, 900)} TR A-C` : '';
  return {
    name: `${name} UNIT ${random.whole(1, 12)}${tail}`,
    mcr: String(random.whole(4_000, 99_999)),
    section: String(random.whole(1, 36)),
    township: '2N',
    range: random.pick(['1E', '2E']),
    parcels: random.whole(60, 400),
  };
}

/** `55` → `55TH`. */
function ordinal(number: number): string {
  const teen = number % 100 >= 11 && number % 100 <= 13;
  const ending = teen ? 'TH' : (['TH', 'ST', 'ND', 'RD'][number % 10] ?? 'TH');
  return `${number}${ending}`;
}

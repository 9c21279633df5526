import type { Fact, FactValue } from '../../core/schemas/facts.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { StoredRecord } from '../../core/schemas/property.js';
import type { Random } from '../../sandbox/random.js';
import type { GoodProperty } from './quality-world.js';

/** An error as people, forms and readers make it. */
interface ErrorKind {
  readonly kind: string;
  /** @returns the property with one error; null where it has no fact to spoil */
  readonly spoil: (property: GoodProperty, random: Random) => GoodProperty | null;
}

export interface SeededError {
  readonly kind: string;
  readonly property: GoodProperty;
  /** RESO names that were spoiled. */
  readonly names: readonly string[];
  /** What was made of what. */
  readonly words: string;
}

type Change = (value: FactValue, record: StoredRecord) => FactValue | null;

const LISTINGS: readonly SourceName[] = ['reso'];
const COUNTY: readonly SourceName[] = ['maricopa-assessor'];
const MAP: readonly SourceName[] = ['maricopa-gis'];
const STATED: readonly SourceName[] = ['maricopa-assessor', 'maricopa-gis', 'reso'];

/** Changes a fact in every answer of one source that states it. */
function change(
  property: GoodProperty,
  sources: readonly SourceName[],
  random: Random,
  changes: Readonly<Record<string, Change>>,
): GoodProperty | null {
  const able = property.records.filter(
    ({ source, facts }) =>
      sources.includes(source) && Object.keys(changes).every((name) => facts.some((fact) => fact.name === name)),
  );
  if (able.length === 0) return null;
  const chosen = random.pick(able);
  let done = true;
  const facts = chosen.facts.map((fact): Fact => {
    const value = changes[fact.name]?.(fact.value, chosen);
    if (value === null) done = false;
    return value === undefined || value === null ? fact : { ...fact, value };
  });
  if (!done) return null;
  return { ...property, records: property.records.map((one) => (one === chosen ? { ...one, facts } : one)) };
}

const times =
  (factor: number): Change =>
  (value) =>
    typeof value === 'number' ? Math.round(value * factor * 100) / 100 : null;
const set =
  (value: FactValue): Change =>
  () =>
    value;
const factValue = (name: string, record: StoredRecord) =>
  record.facts.find((fact) => fact.name === name)?.value ?? null;

/** A listing that was sold as it should be: only such a one has days that can be swapped. */
function sold(property: GoodProperty, random: Random): GoodProperty | null {
  const listing = property.records.find(({ source }) => source === 'reso');
  const listed = listing?.facts.find(({ name }) => name === 'ListingContractDate');
  const price = listing?.facts.find(({ name }) => name === 'ListPrice');
  if (listing === undefined || listed === undefined || typeof price?.value !== 'number') return null;
  const day = new Date(Date.parse(listed.fetchedAt) - random.whole(70, 130) * 86_400_000);
  const closed = new Date(day.getTime() + random.whole(8, 60) * 86_400_000);
  const iso = (date: Date) => date.toISOString().slice(0, 10);
  const others = listing.facts.filter(
    ({ name }) => !['StandardStatus', 'ListingContractDate', 'CloseDate', 'ClosePrice'].includes(name),
  );
  const facts = [
    ...others,
    { ...listed, value: iso(day) },
    { ...listed, name: 'StandardStatus', value: 'Closed' },
    { ...listed, name: 'CloseDate', value: iso(closed) },
    { ...price, name: 'ClosePrice', value: Math.round(price.value * 0.98) },
  ];
  // The county has not heard of the sale yet.
  const records = property.records.map((one) => {
    if (one === listing) return { ...one, facts };
    return { ...one, facts: one.facts.filter(({ name }) => !['CloseDate', 'ClosePrice'].includes(name)) };
  });
  return { ...property, records };
}

/** The kinds of errors. None is made to fit a rule: each is a slip that happens, with its sizes drawn. */
const KINDS: readonly ErrorKind[] = [
  {
    kind: 'area: a digit too many, or one too few',
    spoil: (property, random) => change(property, STATED, random, { LivingArea: times(random.pick([10, 0.1])) }),
  },
  {
    kind: 'area: of another house (30 to 65 % of it, or 1.5 to 3 times)',
    spoil: (property, random) => {
      const factor = random.chance(0.5) ? 0.3 + random.next() * 0.35 : 1.5 + random.next() * 1.5;
      const stated = property.records.filter(({ facts }) => facts.some(({ name }) => name === 'LivingArea'));
      return stated.length < 2 ? null : change(property, STATED, random, { LivingArea: times(factor) });
    },
  },
  {
    kind: 'beds 40',
    spoil: (property, random) => change(property, LISTINGS, random, { BedroomsTotal: set(40) }),
  },
  {
    kind: 'beds: a digit too many (3 is 30 to 39, or 33)',
    spoil: (property, random) =>
      change(property, LISTINGS, random, {
        BedroomsTotal: (value) => Number(`${value}${random.chance(0.5) ? value : random.whole(0, 9)}`),
      }),
  },
  {
    kind: 'baths: a digit too many',
    spoil: (property, random) =>
      change(property, LISTINGS, random, { BathroomsTotalInteger: (value) => Number(`${value}${random.whole(0, 9)}`) }),
  },
  {
    kind: 'beds and area in each other’s place',
    spoil: (property, random) =>
      change(property, LISTINGS, random, {
        BedroomsTotal: (_value, record) => factValue('LivingArea', record),
        LivingArea: (_value, record) => factValue('BedroomsTotal', record),
      }),
  },
  {
    kind: 'days of listing and sale swapped',
    spoil: (property, random) => {
      const good = sold(property, random);
      if (good === null) return null;
      return change(good, LISTINGS, random, {
        ListingContractDate: (_value, record) => factValue('CloseDate', record),
        CloseDate: (_value, record) => factValue('ListingContractDate', record),
      });
    },
  },
  {
    kind: 'sale in a century to come',
    spoil: (property, random) =>
      change(property, [...COUNTY, ...MAP], random, { CloseDate: (value) => `21${`${value}`.slice(2)}` }),
  },
  {
    kind: 'listed in a year to come',
    spoil: (property, random) =>
      change(property, LISTINGS, random, {
        ListingContractDate: (value) => `${2027 + random.whole(0, 9)}${`${value}`.slice(4)}`,
      }),
  },
  {
    kind: 'year built: 2-digit, or with a wrong first digit',
    spoil: (property, random) =>
      change(property, STATED, random, {
        YearBuilt: (value) =>
          typeof value === 'number'
            ? random.pick([value % 100, value - 1_000, value + 1_000, Number(`${value}0`)])
            : null,
      }),
  },
  {
    kind: 'year built: two last digits swapped',
    spoil: (property, random) =>
      change(property, MAP, random, {
        YearBuilt: (value) => {
          const swapped = `${value}`.replace(/(\d)(\d)$/, '$2$1');
          return swapped === `${value}` ? null : Number(swapped);
        },
      }),
  },
  {
    kind: 'price: a digit too many, or one or three too few',
    spoil: (property, random) =>
      change(property, LISTINGS, random, { ListPrice: times(random.pick([10, 0.1, 0.001])) }),
  },
  {
    kind: 'price of a month’s rent',
    spoil: (property, random) => change(property, LISTINGS, random, { ListPrice: set(random.whole(900, 4_500)) }),
  },
  {
    kind: 'latitude and longitude swapped',
    spoil: (property, random) =>
      change(property, MAP, random, {
        Latitude: (_value, record) => factValue('Longitude', record),
        Longitude: (_value, record) => factValue('Latitude', record),
      }),
  },
  {
    kind: 'longitude without its sign',
    spoil: (property, random) => change(property, MAP, random, { Longitude: times(-1) }),
  },
  {
    kind: 'lot in acres',
    spoil: (property, random) => change(property, STATED, random, { LotSizeSquareFeet: times(1 / 43_560) }),
  },
  {
    kind: 'lot: square feet taken for acres',
    spoil: (property, random) => change(property, STATED, random, { LotSizeSquareFeet: times(43_560) }),
  },
  {
    kind: 'ZIP code with two digits swapped',
    spoil: (property, random) => {
      if (property.records.length < 2) return null;
      return change(property, STATED, random, {
        PostalCode: (value) => {
          const digits = [...`${value}`];
          const at = random.whole(0, 3);
          const swapped = [...digits.slice(0, at), digits[at + 1], digits[at], ...digits.slice(at + 2)].join('');
          return swapped === value ? null : swapped;
        },
      });
    },
  },
  {
    kind: 'house number of a neighbour',
    spoil: (property, random) => {
      const stated = property.records.filter(({ facts }) => facts.some(({ name }) => name === 'UnparsedAddress'));
      if (stated.length < 2) return null;
      return change(property, STATED, random, {
        UnparsedAddress: (value) =>
          /^\d+ /.test(`${value}`)
            ? `${value}`.replace(/^\d+/, (number) => `${Number(number) + random.pick([2, 4, 8])}`)
            : null,
      });
    },
  },
  {
    kind: 'value of the roll: limited above full',
    spoil: (property, random) =>
      change(property, [...COUNTY, ...MAP], random, { xLimitedPropertyValue: times(random.pick([10, 100])) }),
  },
  {
    kind: 'assessed value: a digit too many, or two too few',
    spoil: (property, random) => change(property, COUNTY, random, { TaxAssessedValue: times(random.pick([10, 0.01])) }),
  },
  {
    kind: 'row of the parcel next to it',
    spoil: (property, random) =>
      change(property, [...COUNTY, ...MAP], random, {
        ParcelNumber: (value) =>
          `${value}`.replace(/\d(?=[A-Z]?$)/, (digit) => `${(Number(digit) + random.whole(1, 8)) % 10}`),
      }),
  },
  {
    kind: 'parcel number with a digit lost',
    spoil: (property, random) =>
      change(property, LISTINGS, random, { ParcelNumber: (value) => `${value}`.slice(0, -1).padEnd(4, '0') }),
  },
];

/** Slips so small that a true value could be the same: no rule over one property can know, only another witness. */
const FAINT_KINDS: readonly ErrorKind[] = [
  {
    kind: 'beds: one more or less',
    spoil: (property, random) =>
      change(property, LISTINGS, random, {
        BedroomsTotal: (value) => (typeof value === 'number' ? Math.max(1, value) + random.pick([1, -1]) : null),
      }),
  },
  {
    kind: 'price: 20 % more or less',
    spoil: (property, random) => change(property, LISTINGS, random, { ListPrice: times(random.pick([0.8, 1.2])) }),
  },
  {
    kind: 'area: 5 to 15 % more, by one of several witnesses',
    spoil: (property, random) => change(property, MAP, random, { LivingArea: times(1.05 + random.next() * 0.1) }),
  },
  {
    kind: 'area: of another house (1.5 to 3 times), and nobody else states it',
    spoil: (property, random) => {
      const [county] = property.records.filter(({ source }) => source === 'maricopa-assessor');
      if (county === undefined) return null;
      return change({ ...property, records: [county] }, COUNTY, random, {
        LivingArea: times(1.5 + random.next() * 1.5),
      });
    },
  },
];

/** Errors put into good properties: so many of each kind, one in a property at a time. The same seed gives the same. */
export function seedErrors(good: readonly GoodProperty[], perKind: number, random: Random): readonly SeededError[] {
  return seedKinds(KINDS, good, perKind, random);
}

/** Errors of which most cannot be told from the truth. */
export function seedFaintErrors(
  good: readonly GoodProperty[],
  perKind: number,
  random: Random,
): readonly SeededError[] {
  return seedKinds(FAINT_KINDS, good, perKind, random);
}

function seedKinds(
  kinds: readonly ErrorKind[],
  good: readonly GoodProperty[],
  perKind: number,
  random: Random,
): readonly SeededError[] {
  return kinds.flatMap(({ kind, spoil }) => {
    const found: SeededError[] = [];
    for (const property of random.fork(`order ${kind}`).shuffle(good)) {
      if (found.length === perKind) break;
      const spoiled = spoil(property, random.fork(`${kind} ${property.propertyId}`));
      if (spoiled !== null) found.push({ kind, property: spoiled, ...difference(property, spoiled) });
    }
    return found;
  });
}

/** What of the good property a spoiled listing was made of before it was spoiled: sold ones are none of the world's. */
export function soldListings(good: readonly GoodProperty[], random: Random): readonly GoodProperty[] {
  return good.flatMap((property) => sold(property, random.fork(property.propertyId)) ?? []);
}

function difference(before: GoodProperty, after: GoodProperty) {
  const rows = (property: GoodProperty) =>
    property.records.flatMap(({ source, facts }) =>
      facts.map(({ name, value }) => ({ name, words: `${source} ${name}=${value}` })),
    );
  const old = new Set(rows(before).map(({ words }) => words));
  const fresh = rows(after).filter(({ words }) => !old.has(words));
  return { names: fresh.map(({ name }) => name), words: fresh.map(({ words }) => words).join(', ') };
}

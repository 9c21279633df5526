import { displayParcelNumber } from '../core/ids.js';
import { renderDocument, renderRow } from './county-document.js';
import type { Listing } from './listing.js';
import type { Parcel, ParcelFacts } from './parcel.js';
import { createRandom, type Random } from './random.js';
import type { World } from './world.js';

/** One side of a pair: what the listing site or the county says. */
export type PairSide =
  | { readonly kind: 'listing'; readonly listing: Listing }
  | { readonly kind: 'parcel'; readonly parcel: Parcel };

/** Two things of which the world knows whether they are one home. */
export interface LabelledPair {
  /** What the pair tries, for example `silent` or `other-unit`. */
  readonly kind: string;
  readonly same: boolean;
  /** True when what is said misleads. */
  readonly trap: boolean;
  readonly left: PairSide;
  readonly right: PairSide;
}

/** What the pairs of one home are made of. */
interface Home {
  readonly listing: Listing;
  readonly parcel: Parcel;
  /** Another home of the world and its parcel. */
  readonly other: Parcel;
  readonly random: Random;
}

/**
 * Draws pairs over the listings of a world: plain ones and relists for each, a trap for each in turn. The same world gives the same
 * pairs. Listings with traps are of the pairs alone; the listing site does not show them.
 */
export function drawPairs(world: World): readonly LabelledPair[] {
  const homes = world.listings.flatMap((listing, at): readonly Home[] => {
    const [parcel, next] = [listing, world.listings[(at + 1) % world.listings.length]].map((one) =>
      one === undefined ? null : world.parcel(one.parcelNumber),
    );
    const random = createRandom(`${world.seed}/pairs/${listing.listingId}`);
    return parcel && next ? [{ listing, parcel, other: next, random }] : [];
  });
  return homes.flatMap((home, at) => {
    const trap = TRAPS[at % TRAPS.length];
    return [...plainPairs(home), ...(trap === undefined ? [] : trap(home))];
  });
}

const listed = (listing: Listing): PairSide => ({ kind: 'listing', listing });
const county = (parcel: Parcel): PairSide => ({ kind: 'parcel', parcel });

function plainPairs({ listing, parcel, other, random }: Home): readonly LabelledPair[] {
  const pair = (kind: string, same: boolean, left: PairSide, right: PairSide): LabelledPair => ({
    ...{ kind, same, left, right },
    trap: false,
  });
  const named = { ...listing, assessorNumber: displayParcelNumber(listing.parcelNumber) };
  return [
    pair('number', true, listed(named), county(parcel)),
    pair('silent', true, listed({ ...listing, assessorNumber: null }), county(parcel)),
    pair('relist', true, listed(named), listed(relist(named, random))),
    pair('silent-relist', true, listed(named), listed({ ...relist(named, random), assessorNumber: null })),
    pair('another-home', false, listed(named), county(other)),
    pair('next-door', false, listed(named), county(nextDoor(parcel))),
  ];
}

/** The same home on the market again: another number, price and day, and the address as another agent types it. */
function relist(listing: Listing, random: Random): Listing {
  const shorter = listing.street
    .replace(/Avenue$/, 'Ave')
    .replace(/Drive$/, 'DR')
    .replace(/Lane$/, 'ln.');
  return {
    ...listing,
    listingId: otherId(listing, random),
    street: random.chance(0.5) ? shorter : listing.street.toUpperCase(),
    listPrice: Math.round(listing.listPrice * (0.9 + random.next() * 0.2)),
    livingArea: random.chance(0.85) ? listing.livingArea : listing.livingArea + random.whole(-12, 12),
    photosCount: random.whole(1, 48),
    remarks: `Back on the market. ${listing.remarks}`,
  };
}

const otherId = ({ listingId }: Listing, random: Random) =>
  String(Number(listingId) + random.whole(1_000_000, 1_900_000));

/** The house beside it: the same model, built in the same year on a lot of the same size. */
function nextDoor({ facts }: Parcel): Parcel {
  const item = Number(facts.apn.slice(5, 8));
  const apn = `${facts.apn.slice(0, 5)}${String(item === 999 ? 998 : item + 1).padStart(3, '0')}`;
  const street = (facts.street ?? '').replace(/^\d+/, (number) => String(Number(number) + 4));
  return drawnParcel({ ...facts, apn, street });
}

function drawnParcel(facts: ParcelFacts): Parcel {
  return { facts, origin: 'synthetic', row: renderRow(facts), document: () => renderDocument(facts) };
}

type Trap = (home: Home) => readonly LabelledPair[];

const trap = (kind: string, same: boolean, left: PairSide, right: PairSide): LabelledPair => ({
  ...{ kind, same, left, right },
  trap: true,
});

const withUnit = (street: string, unit: number) => `${street} Unit ${unit}`;
const silent = (listing: Listing): Listing => ({ ...listing, assessorNumber: null });
const stating = (listing: Listing, apn: string): Listing => ({ ...listing, assessorNumber: displayParcelNumber(apn) });
const moved = (parcel: Parcel, apn: string, change: Partial<ParcelFacts>): Parcel =>
  drawnParcel({ ...parcel.facts, apn, ...change });

/** Digits of the item swapped: `10306005` → `10306050`; equal ones give the number itself. */
function swapped(apn: string): string {
  const letter = apn.slice(8);
  const [a, b, c] = [apn.slice(5, 6), apn.slice(6, 7), apn.slice(7, 8)];
  return `${apn.slice(0, 5)}${b === c ? `${b}${a}${c}` : `${a}${c}${b}`}${letter}`;
}

/** Numbers of parcels that are made up for pairs: map 99 is not drawn for any place. */
const madeUp = (apn: string, item: number) => `${apn.slice(0, 3)}99${String(item).padStart(3, '0')}`;

const TRAPS: readonly Trap[] = [
  // Flats of one building: one model, one street address, the number of the whole complex on both.
  ({ listing, random }) => {
    const one = { ...listing, street: withUnit(listing.street, 104) };
    const two = { ...relist(listing, random), street: withUnit(listing.street, 204) };
    return [
      trap(
        'other-unit-same-number',
        false,
        listed(stating(one, listing.parcelNumber)),
        listed(stating(two, listing.parcelNumber)),
      ),
      trap('other-unit', false, listed(silent(one)), listed(silent(two))),
    ];
  },
  ({ listing, parcel }) => {
    const flat = moved(parcel, madeUp(parcel.facts.apn, 204), { street: `${parcel.facts.street} UNIT 204` });
    const other = silent({ ...listing, street: withUnit(listing.street, 104) });
    return [
      trap('other-unit-of-the-county', false, listed(other), county(flat)),
      trap('unit-not-said', false, listed(silent(listing)), county(flat)),
    ];
  },
  ({ listing, parcel }) => {
    const turn: Readonly<Record<string, string>> = { N: 'S', S: 'N', E: 'W', W: 'E' };
    const street = (parcel.facts.street ?? '').replace(/ ([NSEW]) /, (_all, side: string) => ` ${turn[side]} `);
    const across = moved(parcel, madeUp(parcel.facts.apn, 11), { street });
    return [trap('other-direction', false, listed(silent(listing)), county(across))];
  },
  ({ listing, parcel }) => {
    const zip = parcel.facts.zip === '85031' ? '85033' : '85031';
    const far = moved(parcel, madeUp(parcel.facts.apn, 12), { zip });
    return [trap('other-zip', false, listed(silent(listing)), county(far))];
  },
  ({ listing, parcel }) => {
    const street = (parcel.facts.street ?? '').replace(/ [A-Z]+$/, (last) => (last === ' AVE' ? ' DR' : ' AVE'));
    return [
      trap(
        'other-suffix',
        false,
        listed(silent(listing)),
        county(moved(parcel, madeUp(parcel.facts.apn, 13), { street })),
      ),
    ];
  },
  ({ listing, parcel, other }) => [
    trap('wrong-number', false, listed(stating(listing, other.facts.apn)), county(other)),
    trap('wrong-number', true, listed(stating(listing, other.facts.apn)), county(parcel)),
  ],
  ({ listing, parcel, other }) => {
    const apn = swapped(parcel.facts.apn);
    if (apn === parcel.facts.apn) return [];
    return [trap('swapped-digits', false, listed(stating(listing, apn)), county(moved(other, apn, {})))];
  },
  // The lot was split: both parts keep the address of the old one, each has half of the ground and a letter.
  ({ listing, parcel }) => {
    const half = Math.round((parcel.facts.lotSqft ?? 8_000) / 2);
    const lot = parcel.facts.apn.slice(0, 8);
    const part = moved(parcel, `${lot}B`, { lotSqft: half, home: null, propertyType: 'VACANT LAND RESIDENTIAL ' });
    return [
      trap('split-lot', false, listed(stating(listing, `${lot}A`)), county(part)),
      trap('split-lot-old-number', false, listed(stating(listing, lot)), county(part)),
    ];
  },
  ({ listing, random }) => {
    const next = { ...relist(listing, random), yearBuilt: 2024, livingArea: Math.round(listing.livingArea * 1.7) };
    return [trap('new-build', false, listed(silent(listing)), listed(silent({ ...next, bedrooms: 6 })))];
  },
  // Two sides of a house with one address and no unit.
  ({ listing, random }) => {
    const side = {
      ...relist(listing, random),
      livingArea: Math.round(listing.livingArea * 0.68),
      lotSqft: Math.round(listing.lotSqft * 0.5),
    };
    return [trap('two-sides', false, listed(silent(listing)), listed(silent(side)))];
  },
  // An agent types one wrong digit into the house number; the number of the parcel is right.
  ({ listing, parcel }) => {
    const street = listing.street.replace(
      /^(\d+)(\d)/,
      (_all, first: string, last: string) => `${first}${(Number(last) + 2) % 10}`,
    );
    return [
      trap('wrong-house-number', true, listed(stating({ ...listing, street }, parcel.facts.apn)), county(parcel)),
    ];
  },
  // An agent in a hurry: parts of the address left out, rounded sizes, no number.
  ({ listing, parcel, random }) => {
    const parts = listing.street.split(' ');
    const street = (random.chance(0.4) ? parts.filter((part) => !/^[NSEW]$/.test(part)) : parts.slice(0, -1)).join(' ');
    const careless = {
      ...silent({ ...listing, street }),
      livingArea: Math.round((listing.livingArea * (0.88 + random.next() * 0.24)) / 50) * 50,
      lotSqft: Math.round((listing.lotSqft * (0.95 + random.next() * 0.1)) / 100) * 100,
      yearBuilt: listing.yearBuilt + random.whole(-1, 1),
    };
    return [trap('careless', true, listed(careless), county(parcel))];
  },
];

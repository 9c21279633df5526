import { displayParcelNumber } from '../core/ids.js';
import { type HiddenFacts, type Listing, type ListingStatus, REMARK_STYLES } from './listing.js';
import type { HomeFacts, Parcel, ParcelFacts } from './parcel.js';
import type { Random } from './random.js';
import { writeRemarks } from './remarks.js';

/** A parcel that can be listed: a home whose street, sizes and year are known. */
interface Listable {
  readonly facts: ParcelFacts & { readonly street: string; readonly lotSqft: number };
  readonly home: HomeFacts & { readonly livingArea: number; readonly yearBuilt: number };
}

export interface ListingsDraw {
  /** Parcels of each ZIP, the market's ZIPs first; later ones are used when the first have too few homes. */
  readonly marketParcels: readonly (readonly Parcel[])[];
  readonly otherParcels: readonly Parcel[];
  readonly count: number;
  /** Day of the world, `YYYY-MM-DD`. */
  readonly day: string;
  readonly random: Random;
}

/** Draws listings over the ZIPs in turn. Two of them (where there are that many) do not name their parcel. */
export function drawListings({ marketParcels, otherParcels, count, day, random }: ListingsDraw): readonly Listing[] {
  const lanes = marketParcels.map((parcels) => random.shuffle(parcels.flatMap(listable)));
  const inTurn = Array.from({ length: Math.max(0, ...lanes.map(({ length }) => length)) }, (_, place) =>
    lanes.flatMap((lane) => lane[place] ?? []),
  ).flat();
  const chosen = [...inTurn, ...random.shuffle(otherParcels.flatMap(listable))].slice(0, count);
  const silent = new Set(random.shuffle(chosen.map((_, index) => index)).slice(0, 2));
  return chosen.map((home, index) =>
    drawListing(home, index, !silent.has(index), day, random.fork(`listing-${index}`)),
  );
}

function listable({ facts }: Parcel): readonly Listable[] {
  const { home, street, lotSqft } = facts;
  if (home === null || street === null || lotSqft === null) return [];
  const { livingArea, yearBuilt } = home;
  if (livingArea === null || yearBuilt === null || livingArea < 600) return [];
  return [{ facts: { ...facts, street, lotSqft }, home: { ...home, livingArea, yearBuilt } }];
}

function drawListing({ facts, home }: Listable, index: number, named: boolean, day: string, random: Random): Listing {
  const bedrooms = Math.min(6, Math.max(2, Math.round(home.livingArea / 480)));
  const measured = random.chance(0.85) ? home.livingArea : home.livingArea + random.whole(-60, 120);
  const hidden = drawHiddenFacts(home, random);
  const fee = hidden.hoaMonthlyUsd ?? 0;
  const remarks = writeRemarks(
    { style: REMARK_STYLES[index % REMARK_STYLES.length] ?? 'plain', facts: hidden, bedrooms, livingArea: measured },
    random,
  );
  return {
    listingId: String(6_700_000 + index * 1_013 + random.whole(0, 900)),
    parcelNumber: facts.apn,
    assessorNumber: named ? displayParcelNumber(facts.apn) : null,
    street: listingStreet(facts.street),
    city: titleCase(facts.city ?? 'Phoenix'),
    state: 'AZ',
    zip: facts.zip,
    status: drawStatus(random),
    listPrice: Math.round((measured * random.whole(185, 290)) / 1_000) * 1_000 - random.pick([0, 0, 100, 1]),
    bedrooms,
    bathsFull: Math.max(1, Math.round((home.bathFixtures ?? 6) / 3.4)),
    bathsHalf: random.chance(0.2) ? 1 : 0,
    livingArea: measured,
    lotSqft: facts.lotSqft,
    yearBuilt: home.yearBuilt,
    garageSpaces: home.garages ?? 0,
    carportSpaces: home.carports,
    privatePool: home.poolSqft !== null,
    roof: ROOF_WORDS[hidden.roof ?? 'tile'],
    cooling: COOLING_WORDS[hidden.cooling ?? 'refrigeration'],
    heating: [random.pick(['Electric', 'Natural Gas'])],
    sewer: random.pick(['Public Sewer', 'Public Sewer', 'Septic in & Cnctd']),
    waterSource: 'City Water',
    subdivision: facts.subdivision?.replace(/\s+/g, ' ') ?? null,
    elementaryDistrict: titleCaseOrNull(facts.elementaryDistrict),
    highSchoolDistrict: titleCaseOrNull(facts.highSchoolDistrict),
    // Half of those who put the fee into the remarks leave the field blank.
    associationFee: fee === 0 || random.chance(0.5) ? null : { amount: fee, frequency: 'Monthly' },
    taxAnnualAmount: Math.round((facts.values[0]?.assessedValue ?? 12_000) * 0.11),
    photosCount: random.whole(1, 48),
    listedOn: dayBefore(day, random.whole(1, 140)),
    ...remarks,
  };
}

const ROOF_WORDS: Readonly<Record<NonNullable<HiddenFacts['roof']>, readonly string[]>> = {
  tile: ['Tile'],
  shingle: ['Composition'],
  foam: ['Built-Up', 'Foam'],
  metal: ['Metal'],
};

const COOLING_WORDS: Readonly<Record<NonNullable<HiddenFacts['cooling']>, readonly string[]>> = {
  refrigeration: ['Refrigeration'],
  evaporative: ['Evaporative Cooling'],
  both: ['Refrigeration', 'Evaporative Cooling'],
};

function drawHiddenFacts(home: HomeFacts, random: Random): HiddenFacts {
  const evaporative = home.cooling?.startsWith('EV') ?? false;
  return {
    floodIrrigation: random.chance(0.5),
    hoaMonthlyUsd: random.chance(0.5) ? random.whole(18, 210) : 0,
    solar: random.pick(['owned', 'leased', null] as const),
    pool: home.poolSqft !== null,
    cooling: evaporative ? 'evaporative' : random.pick(['refrigeration', 'refrigeration', 'both'] as const),
    roof: roofKind(home.roof ?? ''),
  };
}

function roofKind(countyRoof: string): NonNullable<HiddenFacts['roof']> {
  if (/tile/i.test(countyRoof)) return 'tile';
  if (/metal/i.test(countyRoof)) return 'metal';
  return /built up/i.test(countyRoof) ? 'foam' : 'shingle';
}

function drawStatus(random: Random): ListingStatus {
  return random.pick([
    'Active',
    'Active',
    'Active',
    'Active',
    'Active',
    'Active',
    'Pending',
    'Active Under Contract',
  ] as const);
}

const SUFFIXES: Readonly<Record<string, string>> = {
  AVE: 'Avenue',
  BLVD: 'Boulevard',
  CIR: 'Circle',
  CT: 'Court',
  DR: 'Drive',
  LN: 'Lane',
  PL: 'Place',
  RD: 'Road',
  ST: 'Street',
  TER: 'Terrace',
  WAY: 'Way',
};

/** `4027 N 55TH AVE` as listing pages write it: `4027 N 55TH Avenue`. */
function listingStreet(street: string): string {
  return street.replace(/\b([A-Z]+)$/, (last) => SUFFIXES[last] ?? last);
}

function titleCase(text: string): string {
  return text.toLowerCase().replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function titleCaseOrNull(text: string | null): string | null {
  return text === null ? null : titleCase(text);
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

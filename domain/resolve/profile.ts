import { compactParcelNumber } from '../../core/ids.js';
import type { FactValue } from '../../core/schemas/facts.js';
import { type Address, parseAddress } from '../address.js';

/** What a record says about its thing, as `resolve` needs it: facts by RESO name, in any order, repeats allowed. */
export interface Said {
  readonly recordId: string;
  readonly facts: readonly { readonly name: string; readonly value: FactValue }[];
}

/** Facts that are compared as numbers. */
export const COMPARED_NUMBERS = ['LivingArea', 'YearBuilt', 'LotSizeSquareFeet', 'BedroomsTotal'] as const;
export type ComparedNumber = (typeof COMPARED_NUMBERS)[number];

/** Degrees, WGS 84. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * One side of a pair: a listing (one record), or a parcel (all records of the county's sources about it). Lists hold each
 * value that was said once; an empty list: nobody said it.
 */
export interface Profile {
  readonly kind: 'listing' | 'parcel';
  readonly county: string;
  /** Sorted. */
  readonly recordIds: readonly string[];
  /** Compact form. */
  readonly parcelNumbers: readonly string[];
  /** Numbers that people use for a listing, the same at every source of one MLS. */
  readonly listingIds: readonly string[];
  readonly addresses: readonly Address[];
  readonly numbers: Readonly<Record<ComparedNumber, readonly number[]>>;
  readonly places: readonly Place[];
  /** What is on the ground: nothing (`land`), or a building. */
  readonly grounds: readonly ('land' | 'building')[];
}

/** Gathers what records say. Pure; the order of records and facts never matters. */
export function profileOf(kind: Profile['kind'], county: string, records: readonly Said[]): Profile {
  const all = records.flatMap(({ facts }) => facts);
  const texts = (name: string) =>
    distinct(all.flatMap((fact) => (fact.name === name && typeof fact.value === 'string' ? fact.value : [])));
  return {
    kind,
    county,
    recordIds: distinct(records.map(({ recordId }) => recordId)),
    parcelNumbers: distinct(texts('ParcelNumber').flatMap((text) => compactParcelNumber(text) ?? [])),
    listingIds: kind === 'listing' ? texts('ListingId') : [],
    addresses: distinctAddresses(records.flatMap(addressesOf)),
    numbers: {
      LivingArea: numbersOf(all, 'LivingArea'),
      YearBuilt: numbersOf(all, 'YearBuilt'),
      LotSizeSquareFeet: numbersOf(all, 'LotSizeSquareFeet'),
      BedroomsTotal: numbersOf(all, 'BedroomsTotal'),
    },
    places: records.flatMap(placesOf),
    grounds: groundsOf(texts('PropertyType'), numbersOf(all, 'LivingArea')),
  };
}

type Facts = Said['facts'];

function numbersOf(facts: Facts, name: ComparedNumber): readonly number[] {
  const values = facts.flatMap((fact) => (fact.name === name && typeof fact.value === 'number' ? fact.value : []));
  return [...new Set(values.filter((value) => Number.isFinite(value) && value > 0))].sort((a, b) => a - b);
}

function groundsOf(types: readonly string[], areas: readonly number[]): Profile['grounds'] {
  if (areas.length > 0) return ['building'];
  return types.includes('Land') ? ['land'] : [];
}

/** Addresses of one record. ZIP, place and unit come from their own facts where the line has none. */
function addressesOf({ facts }: Said): readonly Address[] {
  const first = (name: string) => {
    const value = facts.find((fact) => fact.name === name)?.value;
    return typeof value === 'string' && value.trim() !== '' ? value.trim().toUpperCase() : null;
  };
  const [city, zip, unit] = [first('City'), first('PostalCode'), first('UnitNumber')];
  return facts.flatMap(({ name, value }) => {
    const parsed = name === 'UnparsedAddress' && typeof value === 'string' ? parseAddress(value, city) : null;
    if (parsed === null) return [];
    const address = withBareUnit(parsed);
    return [{ ...address, unitNumber: address.unitNumber ?? unit, zip: address.zip ?? zip?.slice(0, 5) ?? null }];
  });
}

/** The county writes the unit of a flat behind the street without a word: `4610 N 68TH ST 436`. */
function withBareUnit(address: Address): Address {
  const words = address.streetName.split(' ');
  const last = words.at(-1) ?? '';
  if (address.streetSuffix !== null || address.unitNumber !== null || words.length < 3) return address;
  if (!/^(?:[A-Z]?-?\d{1,5}[A-Z]?|[A-Z])$/.test(last)) return address;
  const street = parseAddress([address.streetNumber, address.streetDirPrefix, ...words.slice(0, -1)].join(' '));
  if (street === null || street.streetSuffix === null) return address;
  return { ...address, streetName: street.streetName, streetSuffix: street.streetSuffix, unitNumber: last };
}

function placesOf({ facts }: Said): readonly Place[] {
  const first = (name: string) => facts.find((fact) => fact.name === name)?.value;
  const [latitude, longitude] = [first('Latitude'), first('Longitude')];
  return typeof latitude === 'number' && typeof longitude === 'number' ? [{ latitude, longitude }] : [];
}

function distinctAddresses(addresses: readonly Address[]): readonly Address[] {
  const byText = new Map(addresses.map((address) => [JSON.stringify(address), address]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

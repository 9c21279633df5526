import type { Json } from '../core/hash.js';
import type { JsonObject } from './json.js';
import type { Parcel, ParcelFacts } from './parcel.js';
import { createRandom, type Random } from './random.js';
import type { CanonicalTruth } from './truth.js';

/** A value that the map layer states otherwise than the assessor's own record. */
export interface Disagreement {
  /** RESO name. */
  readonly name: string;
  readonly assessor: Json;
  readonly gis: Json;
}

/** What the map layer says about one parcel. */
export interface GisRecord {
  /** All attributes, those about persons too. */
  readonly row: JsonObject;
  /** What a correct reading of the row must give, by RESO name; a name without a value is left out. */
  readonly truth: CanonicalTruth;
  readonly disagreements: readonly Disagreement[];
}

/** Share of homes whose area, and of homes whose year, differs from the assessor's. */
const AREA_DIFFERS = 0.04;
const YEAR_DIFFERS = 0.04;

/**
 * The row of a parcel: its own truth, coordinates for every parcel, and now and then another area or year than the assessor
 * has. The same seed gives the same row.
 * @param objectId place of the parcel in the layer, from 1
 */
export function gisRecord({ facts }: Parcel, seed: string, objectId: number): GisRecord {
  const random = createRandom(`${seed}/gis/${facts.apn}`);
  const area = otherArea(facts, random);
  const year = otherYear(facts, random);
  const place = placeOf(facts, seed, random);
  const row = { ...rowOf(facts, objectId, random), ...place.row, LIVING_SPACE: area.shown, CONST_YEAR: year.shown };
  const [newest] = facts.values;
  const { salePrice, saleDate } = facts.owner;
  const truth: Readonly<Record<string, Json>> = {
    ParcelNumber: facts.apn,
    UnparsedAddress: facts.street,
    City: facts.city,
    StateOrProvince: 'AZ',
    PostalCode: facts.zip,
    CountyOrParish: 'Maricopa',
    ...place.truth,
    LotSizeSquareFeet: facts.lotSqft,
    LivingArea: area.shown,
    YearBuilt: year.shown,
    ClosePrice: salePrice,
    CloseDate: saleDate,
    TaxYear: newest?.taxYear ?? null,
    xFullCashValue: newest?.fullCashValue ?? null,
    xLimitedPropertyValue: newest?.limitedPropertyValue ?? null,
    Zoning: facts.zoning,
    SubdivisionName: facts.subdivision?.replace(/\s+/g, ' ').trim() ?? null,
  };
  return {
    row,
    truth: Object.fromEntries(Object.entries(truth).filter(([, value]) => value !== null && value !== '')),
    disagreements: [...area.disagreements, ...year.disagreements],
  };
}

function rowOf(facts: ParcelFacts, objectId: number, random: Random): JsonObject {
  const { apn, owner, street, city, zip } = facts;
  const [newest] = facts.values;
  // Missing addresses are empty, not null; some hold city and ZIP code behind runs of blanks.
  const address = street ?? '';
  const padded = street !== null && random.chance(0.4);
  return {
    OBJECTID: objectId,
    APN: apn,
    APN_DASH: `${apn.slice(0, 3)}-${apn.slice(3, 5)}-${apn.slice(5)}`,
    PHYSICAL_ADDRESS: padded ? `${address}   ${city ?? ''}  ${zip}` : address,
    PHYSICAL_CITY: city ?? '',
    PHYSICAL_ZIP: zip,
    LAND_SIZE: facts.lotSqft,
    SALE_PRICE: owner.salePrice,
    SALE_DATE: epoch(owner.saleDate),
    DEED_DATE: epoch(owner.deedDate),
    TAX_YR_CUR: newest === undefined ? null : String(newest.taxYear),
    FCV_CUR: newest?.fullCashValue ?? null,
    LPV_CUR: newest?.limitedPropertyValue ?? null,
    PUC: facts.useCode,
    CITY_ZONING: facts.zoning,
    SUBNAME: facts.subdivision,
    STR: `${facts.section} ${facts.township} ${facts.range}`,
    OWNER_NAME: owner.name ?? 'NA',
    MAIL_ADDR1: owner.mailing.line,
    MAIL_CITY: owner.mailing.city,
    MAIL_STATE: owner.mailing.state,
    MAIL_ZIP: owner.mailing.zip,
  };
}

/** Where the assessor knows no place, one within a mile of the ZIP code's middle, inside the county. */
function placeOf({ latitude, longitude, zip }: ParcelFacts, seed: string, random: Random) {
  const middle = createRandom(`${seed}/gis/${zip}`);
  const near = (degrees: number) => Math.round((degrees + (random.next() - 0.5) * 0.02) * 1_000_000) / 1_000_000;
  const Latitude = latitude ?? near(33.3 + middle.next() * 0.4);
  const Longitude = longitude ?? near(-112.4 + middle.next() * 0.5);
  return { row: { LATITUDE: Latitude, LONGITUDE: Longitude }, truth: { Latitude, Longitude } };
}

interface Shown {
  readonly shown: number | null;
  readonly disagreements: readonly Disagreement[];
}

function otherArea({ home }: ParcelFacts, random: Random): Shown {
  const assessor = home?.livingArea ?? null;
  if (assessor === null || !random.chance(AREA_DIFFERS)) return { shown: assessor, disagreements: [] };
  const gis = Math.round(assessor * 1.08) + random.whole(20, 200);
  return { shown: gis, disagreements: [{ name: 'LivingArea', assessor, gis }] };
}

function otherYear({ home }: ParcelFacts, random: Random): Shown {
  const assessor = home?.yearBuilt ?? null;
  if (assessor === null || !random.chance(YEAR_DIFFERS)) return { shown: assessor, disagreements: [] };
  const gis = assessor - random.whole(1, 6);
  return { shown: gis, disagreements: [{ name: 'YearBuilt', assessor, gis }] };
}

const epoch = (day: string | null) => (day === null ? null : Date.parse(`${day}T00:00:00Z`));

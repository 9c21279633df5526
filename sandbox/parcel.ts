import type { JsonObject } from './json.js';

/** How much of a parcel is recorded: its whole document, its search row alone, or nothing. */
type ParcelOrigin = 'recorded-document' | 'recorded-row' | 'synthetic';

/** What a parcel's home is like. Areas in square feet, texts in the county's form (`Ct - Concrete Tile`). */
export interface HomeFacts {
  readonly livingArea: number | null;
  readonly yearBuilt: number | null;
  /** Weighted year; mostly equal to `yearBuilt`. */
  readonly yearBuiltEffective: number | null;
  readonly bathFixtures: number | null;
  readonly garages: number | null;
  readonly carports: number;
  /** Null when there is no pool. */
  readonly poolSqft: number | null;
  readonly roof: string | null;
  readonly walls: string | null;
  readonly cooling: string | null;
  readonly heating: string | null;
  readonly coveredPatios: number;
  readonly uncoveredPatios: number;
}

/** One tax year. US dollars. */
export interface YearValue {
  readonly taxYear: number;
  readonly fullCashValue: number | null;
  readonly limitedPropertyValue: number | null;
  readonly assessedValue: number | null;
  /** For example `3.1`. */
  readonly legalClass: string | null;
  /** Share of the limited value that is assessed, for example 0.1. */
  readonly ratio: number;
}

/** Owner and last transfer. Personal data: none of it may leave the sandbox's answers. */
export interface OwnerFacts {
  /** Null when withheld by law. */
  readonly name: string | null;
  readonly inCareOf: string | null;
  readonly mailing: { readonly line: string; readonly city: string; readonly state: string; readonly zip: string };
  readonly salePrice: number | null;
  /** `YYYY-MM-DD`; the day is always 01. */
  readonly saleDate: string | null;
  readonly deedDate: string | null;
}

/** The truth about one parcel. Null means that the county says nothing. */
export interface ParcelFacts {
  /** Compact form. */
  readonly apn: string;
  readonly zip: string;
  /** Street line in the county's form, `4027 N 55TH AVE`; null when withheld or not given. */
  readonly street: string | null;
  readonly city: string | null;
  /** As in search rows: `RESIDENTIAL`, `VACANT LAND COMMERCIAL`, … */
  readonly propertyType: string;
  readonly useCode: string;
  readonly useDescription: string;
  readonly subdivision: string | null;
  readonly legalDescription: string | null;
  readonly mcr: string | null;
  readonly lot: string | null;
  readonly section: string;
  readonly township: string;
  readonly range: string;
  readonly zoning: string | null;
  readonly lotSqft: number | null;
  readonly elementaryDistrict: string | null;
  readonly highSchoolDistrict: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly isRental: boolean;
  /** Null where there is no home on it. */
  readonly home: HomeFacts | null;
  /** Newest first. */
  readonly values: readonly YearValue[];
  readonly owner: OwnerFacts;
}

/** One parcel of the world: its truth, and what the county says about it. */
export interface Parcel {
  readonly facts: ParcelFacts;
  readonly origin: ParcelOrigin;
  /** Row of a property search. */
  readonly row: JsonObject;
  /** Full document of `/parcel/{apn}`; every other endpoint of the parcel shows parts of it. */
  document(): JsonObject;
}

import type { Json } from '../core/hash.js';
import { startLayer } from './arcgis-layer.js';
import type { Faults } from './faults.js';
import { createHomeSampler } from './homes.js';
import type { RunningService } from './http-service.js';
import type { JsonObject } from './json.js';
import { OWNER_CANARIES } from './owners.js';
import { createRandom, type Random } from './random.js';
import type { RequestLog } from './request-log.js';
import type { CanonicalTruth } from './truth.js';

export interface PimaOptions {
  readonly seed: string;
  readonly parcelsPerZip: number;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly port?: number;
  /** Most rows of a page; default 1,000. */
  readonly pageRows?: number;
}

/** What the layer says about one parcel of Pima County. */
export interface PimaParcel {
  readonly zip: string;
  /** All attributes, those about persons too. */
  readonly row: JsonObject;
  /** What a correct reading of the row must give, by RESO name. */
  readonly truth: CanonicalTruth;
}

const QUERY = '/arcgis/rest/services/PublicMaps/PropertyHousing/MapServer/17/query';
/** ZIP codes of the layer: the assessor's book, and the middle of the ZIP code. */
const PLACES: Readonly<Record<string, readonly [book: string, latitude: number, longitude: number]>> = {
  '85705': ['107', 32.268, -110.987],
  '85719': ['124', 32.247, -110.949],
  '85745': ['116', 32.236, -111.014],
};
const STREETS = ['GLENN ST', 'LINDEN ST', 'KELSO ST', 'PASTIME RD', 'NAVAJO RD', 'DELANO ST', 'ADELAIDE DR'];
/** Use code, description cut at 30 characters as the roll has it, and what that is in RESO words. */
const USES = [
  ['0131', 'SFR GRADE 010-3 URBAN SUBDIVID', 'Residential', 'Single Family Residence'],
  ['0131', 'SFR GRADE 010-3 URBAN SUBDIVID', 'Residential', 'Single Family Residence'],
  ['0121', 'SFR GRADE 010-2 URBAN SUBDIVID', 'Residential', 'Single Family Residence'],
  ['0325', 'DUPLEX - 1 STORY              ', 'Residential', 'Duplex'],
  ['0012', 'VACANT RESIDENTIAL URBAN SUBDI', 'Vacant', null],
  ['1120', 'STRIP CENTER                  ', 'Commercial', null],
] as const;
const RESO_TYPE = { Residential: 'Residential', Vacant: 'Land', Commercial: 'Commercial Sale' } as const;

/** Every parcel of the layer. The same seed gives the same ones. */
export function pimaParcels({
  seed,
  parcelsPerZip,
}: Pick<PimaOptions, 'seed' | 'parcelsPerZip'>): readonly PimaParcel[] {
  return Object.keys(PLACES).flatMap((zip, place) =>
    Array.from({ length: parcelsPerZip }, (_, at) => {
      const random = createRandom(`${seed}/pima/${zip}/${at}`);
      return parcelOf(zip, at, place * parcelsPerZip + at + 1, random);
    }),
  );
}

/** Starts the stand-in of the layer on 127.0.0.1. */
export function startPima({ seed, parcelsPerZip, ...options }: PimaOptions): Promise<RunningService> {
  const rows = pimaParcels({ seed, parcelsPerZip }).map(({ row }) => row);
  return startLayer({ service: 'pima', query: QUERY, zipField: 'SITE_ZIP', rows, ...options });
}

const sampleHome = createHomeSampler(null);

function parcelOf(zip: string, at: number, objectId: number, random: Random): PimaParcel {
  const [book, latitude, longitude] = PLACES[zip] ?? ['101', 32.2, -110.9];
  const home = sampleHome(random);
  const [use, description, type, subType] = random.pick(USES);
  const parcel = `${book}${String(1 + Math.floor(at / 90)).padStart(2, '0')}${String(1 + (at % 90)).padStart(3, '0')}${random.chance(0.15) ? random.pick(['A', 'B', 'E']) : '0'}`;
  const near = (degrees: number) => Math.round((degrees + (random.next() - 0.5) * 0.02) * 1e8) / 1e8;
  const street = random.chance(0.05)
    ? null
    : `${random.whole(100, 990)} ${random.pick(['E', 'W'])} ${random.pick(STREETS)}`;
  const [lat, lon] = [near(latitude), near(longitude)];
  const area = home.lotSqft + random.next();
  const fullCash = random.whole(60_000, 420_000);
  const year = random.chance(0.2) ? home.yearBuilt : null;
  const legal = `MIRACLE MILE MANOR LOT ${1 + (at % 90)}`;
  const canary = at % 10 === 0 ? (OWNER_CANARIES[0] ?? '') : 'SAMPLE OWNER';
  const row = {
    OBJECTID: objectId,
    PARCEL: parcel,
    GISAREA: area,
    GISACRES: area / 43_560,
    LON: lon,
    LAT: lat,
    TRS_OL: '131336E',
    JURIS_OL: 'TUCSON',
    CURZONE_OL: random.pick(['R-1', 'R-2', 'R-3']),
    PARCEL_USE: use,
    LANDMEAS: 1,
    LANDUNIT: 'S',
    LEGAL_DESC: legal,
    LOT: String(1 + (at % 90)).padStart(5, '0'),
    MAIL1: canary,
    MAIL2: '1 SOMEWHERE ELSE RD',
    MAIL3: 'TUCSON AZ',
    // Where the tax bill goes: not where the parcel lies.
    ZIP: random.chance(0.75) ? zip : '85718',
    ZIP4: '0000',
    TAXYR: '2026',
    LIMNET: Math.round(fullCash * 0.07),
    FCV: fullCash,
    ADDRESSEE: canary,
    ADDRESS: '1 SOMEWHERE ELSE RD',
    CITY: 'TUCSON',
    STATE_PROVINCE: 'AZ',
    POSTAL_CODE: `${zip}-0000`,
    SITE_ADDRESS: street,
    SITE_ZIP: zip,
    SITE_ZIPCITY: 'TUCSON',
    USE_DESC: description,
    PPT_DESC: `${type}               `,
    YearBuilt: year,
  } satisfies JsonObject;
  const truth: Readonly<Record<string, Json>> = {
    ParcelNumber: parcel,
    UnparsedAddress: street,
    City: 'TUCSON',
    StateOrProvince: 'AZ',
    PostalCode: zip,
    CountyOrParish: 'Pima',
    Latitude: lat,
    Longitude: lon,
    LotSizeSquareFeet: Math.round(area),
    YearBuilt: year,
    PropertyType: RESO_TYPE[type],
    PropertySubType: subType,
    Zoning: row.CURZONE_OL,
    TaxYear: 2_026,
    xFullCashValue: fullCash,
    TaxAssessedValue: row.LIMNET,
    TaxLot: row.LOT,
    TaxLegalDescription: legal,
  };
  return { zip, row, truth: Object.fromEntries(Object.entries(truth).filter(([, value]) => value !== null)) };
}

import type { HomeSampler } from './homes.js';
import { drawOwner } from './owners.js';
import type { HomeFacts, ParcelFacts, YearValue } from './parcel.js';
import type { Place } from './places.js';
import type { Random } from './random.js';

/** What a parcel is drawn from. */
export interface ParcelDraw {
  readonly apn: string;
  readonly place: Place;
  readonly random: Random;
  readonly sampleHome: HomeSampler;
  /** Newest tax year of the world. */
  readonly taxYear: number;
  /** Number for the owner's name. */
  readonly serial: number;
  readonly canary: boolean;
  /** Type as in search rows; left out: drawn, nine of ten residential. */
  readonly propertyType?: string;
  /** Street line; left out: a new one of the place. */
  readonly street?: string | null;
}

const OTHER_TYPES = ['COMMERCIAL', 'WAREHOUSE', 'MULTI FAMILY', 'VACANT LAND RESIDENTIAL ', 'VACANT LAND COMMERCIAL '];
const USES: Readonly<Record<string, readonly [string, string]>> = {
  RESIDENTIAL: ['0131', 'Single Family Residence'],
  TOWNHOUSE: ['0710', 'Townhouse'],
  COMMERCIAL: ['1110', 'Retail Store'],
  WAREHOUSE: ['3710', 'Warehouse'],
  'MULTI FAMILY': ['0330', 'Multiple Family Residential'],
  AGRICULTURAL: ['4710', 'Field Crops'],
  'VACANT LAND RESIDENTIAL': ['0011', 'Vacant Land'],
  'VACANT LAND COMMERCIAL': ['0021', 'Vacant Land'],
};

/** Draws a parcel of a place: home, values of five years, owner, and the oddities of the county's records. */
export function drawParcel(draw: ParcelDraw): ParcelFacts {
  const { apn, place, random, taxYear } = draw;
  const propertyType = draw.propertyType ?? (random.chance(0.9) ? 'RESIDENTIAL' : random.pick(OTHER_TYPES));
  const [useCode, useDescription] = USES[propertyType.trim()] ?? ['1010', 'Commercial'];
  const drawn = draw.sampleHome(random);
  const residential = /^(RESIDENTIAL|TOWNHOUSE|CONDO)/.test(propertyType);
  const street = draw.street === undefined ? place.nextStreet() : draw.street;
  const estate = random.pick(place.subdivisions);
  const isRental = residential && random.chance(0.12);
  const lot = String(random.whole(1, estate.parcels));
  const located = random.chance(0.3);
  return {
    apn,
    zip: place.zip,
    street,
    city: place.city,
    propertyType,
    useCode,
    useDescription,
    subdivision: estate.name,
    legalDescription: `${estate.name} MCR ${estate.mcr}`,
    mcr: estate.mcr,
    lot,
    section: estate.section,
    township: estate.township,
    range: estate.range,
    zoning: random.pick(['R1-6', 'R1-8', 'PAD', null, null]),
    lotSqft: Math.max(drawn.lotSqft, Math.round(drawn.livingArea * 0.6)),
    elementaryDistrict: place.elementaryDistrict,
    highSchoolDistrict: place.highSchoolDistrict,
    latitude: located ? nearby(place.latitude, random) : null,
    longitude: located ? nearby(place.longitude, random) : null,
    isRental,
    home: residential ? drawHome(drawn, random) : null,
    values: drawValues(random, taxYear, drawn.livingArea, isRental),
    owner: drawOwner(random, {
      serial: draw.serial,
      street,
      city: place.city,
      zip: place.zip,
      sale: drawn.sale,
      canary: draw.canary,
    }),
  };
}

function drawHome(drawn: ReturnType<HomeSampler>, random: Random): HomeFacts {
  const renewed = random.chance(0.05) ? random.whole(3, 20) : 0;
  return {
    livingArea: drawn.livingArea,
    yearBuilt: drawn.yearBuilt,
    yearBuiltEffective: Math.min(drawn.yearBuilt + renewed, 2025),
    bathFixtures: drawn.bathFixtures,
    garages: drawn.parking === 'garage' ? random.pick([1, 2, 2, 2, 3]) : null,
    carports: drawn.parking === 'carport' ? random.whole(1, 2) : 0,
    poolSqft: random.chance(0.28) ? random.whole(26, 75) * 8 : null,
    roof: drawn.roof,
    walls: drawn.walls,
    cooling: random.chance(0.88) ? 'RF - REFRIGERATION' : 'EV - EVAPORATIVE',
    heating: 'Yes',
    coveredPatios: drawn.coveredPatios ? drawn.patios : 0,
    uncoveredPatios: drawn.coveredPatios ? 0 : drawn.patios,
  };
}

/** Five years, newest first: the limited value grows by 5 % a year as the law has it, the full cash value by the market. */
function drawValues(random: Random, taxYear: number, livingArea: number, isRental: boolean): readonly YearValue[] {
  let full = Math.round((livingArea * random.whole(130, 260)) / 100) * 100;
  let limited = Math.round(full * (0.4 + random.next() * 0.3));
  const values: YearValue[] = [];
  for (let year = taxYear; year > taxYear - 5; year -= 1) {
    values.push({
      taxYear: year,
      fullCashValue: full,
      limitedPropertyValue: limited,
      assessedValue: Math.round(limited * 0.1),
      legalClass: isRental ? '4.2' : '3.1',
      ratio: 0.1,
    });
    full = Math.round(full / (1 + random.whole(-4, 18) / 100) / 100) * 100;
    limited = Math.round(limited / 1.05);
  }
  return values;
}

function nearby(degrees: number, random: Random): number {
  return Math.round((degrees + (random.next() - 0.5) * 0.03) * 1e6) / 1e6;
}

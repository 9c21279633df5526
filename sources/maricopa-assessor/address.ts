import type { FactInput } from '../../core/schemas/facts.js';
import { fieldOf, isFault, NOTHING, type Reader, textOf } from '../../domain/readings.js';

/**
 * Names of places in addresses of the county, for documents whose one address string has no comma before the city.
 * Post office names of Maricopa County (US Postal Service city list, assumed complete enough; an unknown one leaves the
 * jurisdiction as city).
 */
const CITIES: readonly string[] = (
  'AGUILA|ANTHEM|APACHE JUNCTION|ARLINGTON|AVONDALE|BUCKEYE|CAREFREE|CASHION|CAVE CREEK|CHANDLER|' +
  'CHANDLER HEIGHTS|DESERT HILLS|EL MIRAGE|FORT MCDOWELL|FOUNTAIN HILLS|GILA BEND|GILBERT|GLENDALE|' +
  'GOODYEAR|GUADALUPE|HIGLEY|LAVEEN|LITCHFIELD PARK|LUKE AFB|MARICOPA|MESA|MORRISTOWN|NEW RIVER|PALO VERDE|' +
  'PARADISE VALLEY|PEORIA|PHOENIX|QUEEN CREEK|RIO VERDE|SCOTTSDALE|SUN CITY|SUN CITY WEST|SUN LAKES|' +
  'SURPRISE|TEMPE|TOLLESON|TONOPAH|TORTILLA FLAT|WADDELL|WICKENBURG|WITTMANN|YOUNGTOWN'
).split('|');

/** Jurisdictions that are no city. */
const NO_CITY = /^(NO CITY|NO CITY\/TOWN|COUNTY|UNINCORPORATED|MARICOPA COUNTY)$/;

const ZIP = /^(\d{5})(-?\d{4})?$/;
/** Only ZIP codes of Arizona at the end of an address; a number of a highway or suite is none. */
const ENDING = /^(.*\S)[ ,]+(8[56]\d{3})(?:-?\d{4})?$/;

/** Reader of a ZIP code of five or nine digits; keeps the five. */
export const zipCode: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  if (read === null) return NOTHING;
  const zip = ZIP.exec(read)?.[1];
  return zip ? { values: [['PostalCode', zip]] } : { fault: 'is no ZIP code' };
};

/**
 * ZIP code and city of a document's one address string, in both recorded forms: `10010 N 29TH ST PHOENIX, AZ 85028` and
 * `15868 W BANFF LN SURPRISE 85379`. The address itself is a plain text field and not read here.
 * @param prefix path of the block, with its dot
 */
export function addressParts(block: unknown, prefix: string): readonly FactInput[] {
  const address = wordsOf(fieldOf(block, 'PropertyAddress'));
  const [, beforeZip = address, zip] = ENDING.exec(address) ?? [];
  const path = `${prefix}PropertyAddress`;
  const city = cityOf(beforeZip.replace(/[ ,]+AZ$/i, ''), wordsOf(fieldOf(block, 'LocalJusidiction')));
  return [
    ...(zip ? [{ name: 'PostalCode', value: zip, path }] : []),
    ...(city ? [{ name: 'City', value: city.name, path: `${prefix}${city.from}` }] : []),
  ];
}

/** The jurisdiction where the address ends with it or names no city; else the city the address ends with. */
function cityOf(address: string, jurisdiction: string): { readonly name: string; readonly from: string } | null {
  const inAddress = CITIES.filter((name) => endsWith(address, name)).sort((a, b) => b.length - a.length)[0];
  const ofJurisdiction = jurisdiction !== '' && !NO_CITY.test(jurisdiction.toUpperCase());
  if (ofJurisdiction && (!inAddress || endsWith(address, jurisdiction))) {
    return { name: jurisdiction, from: 'LocalJusidiction' };
  }
  return inAddress ? { name: inAddress, from: 'PropertyAddress' } : null;
}

const endsWith = (address: string, name: string) => address.toUpperCase().endsWith(` ${name.toUpperCase()}`);

function wordsOf(value: unknown): string {
  const read = textOf(value);
  return read === null || isFault(read) ? '' : read;
}

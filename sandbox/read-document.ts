import { isJsonObject, type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json.js';
import type { HomeFacts, OwnerFacts, ParcelFacts, YearValue } from './parcel.js';

/** Street, city and ZIP of the county's one-line address. All null when it is withheld or in no known form. */
export interface SitusParts {
  readonly street: string | null;
  readonly zip: string | null;
}

/**
 * Reads `10010 N 29TH ST PHOENIX, AZ 85028` and `15868 W BANFF LN SURPRISE 85379`.
 * @param city as the document's jurisdiction names it; taken off the end of the street
 */
export function readSitus(address: string | null, city: string | null): SitusParts {
  const match = /^(.*?),?(?:\s+AZ)?\s+(\d{5})(?:-?\d{4})?$/.exec(address ?? '');
  if (match === null) return { street: null, zip: null };
  const [, line = '', zip = null] = match;
  const ending = city === null ? '' : ` ${city}`;
  return { street: ending !== '' && line.endsWith(ending) ? line.slice(0, -ending.length) : line, zip };
}

/**
 * The truth that a recorded document states.
 * @param apn compact number the document was asked for; the document does not hold it
 * @param zip of the parcel, where the document itself withholds its address
 */
export function readFacts(apn: string, zip: string, document: JsonObject): ParcelFacts {
  const city = textAt(document, 'LocalJusidiction');
  const [section = '', township = '', range = ''] = (textAt(document, 'SectionTownshipRange') ?? '').split(' ');
  const geo = objectAt(document, 'Geo');
  return {
    apn,
    zip,
    street: readSitus(textAt(document, 'PropertyAddress'), city).street,
    city,
    propertyType: (textAt(document, 'PropertyType') ?? '').toUpperCase(),
    useCode: textAt(document, 'PropertyUseCode') ?? '',
    useDescription: textAt(document, 'PEPropUseDesc') ?? '',
    subdivision: textAt(document, 'SubdivisionName'),
    legalDescription: textAt(document, 'PropertyDescription'),
    mcr: textAt(document, 'MCR'),
    lot: textAt(document, 'Lot'),
    section,
    township,
    range,
    zoning: textAt(document, 'Zoning'),
    lotSqft: numberAt(document, 'LotSize'),
    elementaryDistrict: textAt(document, 'ElementarySchoolDistrict'),
    highSchoolDistrict: textAt(document, 'HighSchoolDistrict'),
    latitude: numberAt(geo, 'lat'),
    longitude: numberAt(geo, 'long'),
    isRental: document.IsRental === true,
    home: readHome(objectAt(document, 'ResidentialPropertyData')),
    values: objectsAt(document, 'Valuations').map(readValue),
    owner: readOwner(objectAt(document, 'Owner')),
  };
}

/** What a `residential-details` block says; null when there is no home on the parcel. */
export function readHome(block: JsonObject): HomeFacts | null {
  const livingArea = numberAt(block, 'LivableSpace');
  if (livingArea === null) return null;
  return {
    livingArea,
    yearBuilt: numberAt(block, 'OriginalConstructionYear'),
    yearBuiltEffective: numberAt(block, 'ConstructionYear'),
    bathFixtures: numberAt(block, 'BathFixtures'),
    garages: numberAt(block, 'NumberOfGarages'),
    carports: numberAt(block, 'NumberOfCarports') ?? 0,
    poolSqft: numberAt(block, 'Pool'),
    roof: textAt(block, 'RoofType'),
    walls: textAt(block, 'ExteriorWalls'),
    cooling: textAt(block, 'Cooling'),
    heating: textAt(block, 'Heating'),
    coveredPatios: numberAt(block, 'NumberOfCoveredPatios') ?? 0,
    uncoveredPatios: numberAt(block, 'NumberOfUncoveredPatios') ?? 0,
  };
}

/** One row of `valuations`. */
export function readValue(row: JsonObject): YearValue {
  return {
    taxYear: numberAt(row, 'TaxYear') ?? 0,
    fullCashValue: numberAt(row, 'FullCashValue'),
    limitedPropertyValue: numberAt(row, 'LimitedPropertyValue'),
    assessedValue: numberAt(row, 'AssessedLPV'),
    legalClass: textAt(row, 'LegalClassificationCode'),
    ratio: numberAt(row, 'AssessmentRatioPercentage') ?? 0,
  };
}

function readOwner(owner: JsonObject): OwnerFacts {
  return {
    name: textAt(owner, 'Ownership'),
    inCareOf: textAt(owner, 'InCareOf'),
    mailing: {
      line: textAt(owner, 'MailingAddress1') ?? 'NA',
      city: textAt(owner, 'MailingCity') ?? 'NA',
      state: textAt(owner, 'MailingState') ?? 'NA',
      zip: textAt(owner, 'MailingZip') ?? '0',
    },
    salePrice: numberAt(owner, 'SalePrice'),
    saleDate: isoDay(textAt(owner, 'SaleDate')),
    deedDate: isoDay(textAt(owner, 'DeedDate')),
  };
}

function isoDay(text: string | null): string | null {
  const match = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text ?? '');
  return match === null ? null : `${match[3]}-${match[1]}-${match[2]}`;
}

/** True for the body of a full parcel document, as told apart from the empty answers. */
export function isParcelDocument(body: unknown): body is JsonObject {
  return isJsonObject(body) && 'PropertyAddress' in body && 'Valuations' in body;
}

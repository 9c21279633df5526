import type { Json } from '../core/hash.js';
import type { JsonObject } from './json.js';
import type { HomeFacts, ParcelFacts, YearValue } from './parcel.js';

/** Renders the row of a property search, keys and forms as recorded in July 2025. */
export function renderRow(facts: ParcelFacts): JsonObject {
  return {
    MCR: facts.mcr ?? '',
    SubdivisonName: facts.subdivision,
    SectionTownshipRange: `${facts.section}${facts.township}${facts.range}`,
    APN: facts.apn,
    Ownership: facts.owner.name ?? 'NA',
    SitusAddress: facts.street ?? '',
    SitusCity: facts.city ?? '',
    SitusZip: facts.zip,
    PropertyType: facts.propertyType,
    RentalID: facts.isRental ? 'Y' : null,
  };
}

/** Renders the full document of `/parcel/{apn}`, keys and forms as recorded in 2025. Repeats give equal documents. */
export function renderDocument(facts: ParcelFacts): JsonObject {
  const newest = facts.values[0];
  const commercial = !/RESIDENTIAL|TOWNHOUSE|CONDO|MULTI FAMILY/.test(facts.propertyType);
  const rental: JsonObject = facts.isRental ? { RentalInformation: renderRental(facts) } : {};
  return {
    ...renderPropertyInfo(facts),
    PropertyType: titleCase(facts.propertyType.trim()),
    Owner: renderOwner(facts),
    Geo: { lat: facts.latitude, long: facts.longitude, address: fullAddress(facts) },
    Zoning: facts.zoning ?? [],
    IsRental: facts.isRental,
    ...rental,
    IsPending: false,
    McrTransitionUrl: `https://recorder.maricopa.gov/recording/map-results.html?book=${facts.mcr ?? ''}&page=01`,
    TreasurersTransitionUrl: `https://treasurer.maricopa.gov/PropertyTaxInformation/?Parcel=${facts.apn}`,
    DeedTransitionUrl: `https://recorder.maricopa.gov/recording/document-details.html?recordingNumber=${deedNumber(facts) ?? ''}&suffix=`,
    IsCancelled: false,
    NumberOfParcelsInSubdivision: 130,
    IsCommercial: commercial,
    Improvements: [],
    Valuations: facts.values.map((value, age) => renderValuation(facts, value, age)),
    TaxAreaCode: '691300',
    PropertyUseCode: facts.useCode,
    PEPropUseDesc: facts.useDescription,
    NumberOfParcelsInMCR: 0,
    NumberOfParcelsInSTR: newest === undefined ? 0 : 1_405,
    ResidentialPropertyData: renderResidential(facts),
    SimilarParcels: [],
    Sketches: { TotalPages: 0, Pages: [] },
    MapIDs: { 'Parcel Maps': [], 'Subdivision Maps': [], 'MCR Maps': [], 'S/T/R Maps': [], 'Book/Map Maps': [] },
  };
}

function renderPropertyInfo(facts: ParcelFacts): JsonObject {
  return {
    MCR: facts.mcr ?? '',
    AssociatedParcels: [],
    MoreAssociatedParcelsExist: false,
    PropertyAddress: fullAddress(facts),
    PropertyDescription: facts.legalDescription ?? '',
    LotSize: numeral(facts.lotSqft),
    IsResidential: facts.home !== null,
    MapidExists: false,
    SectionTownshipRange: `${facts.section} ${facts.township} ${facts.range}`,
    AssessorMarket: '05',
    AreaNeighborhood: '009',
    SubdivisionName: facts.subdivision,
    Lot: facts.lot,
    HighSchoolDistrict: facts.highSchoolDistrict,
    ElementarySchoolDistrict: facts.elementaryDistrict,
    LocalJusidiction: facts.city,
    PropertyType: facts.propertyType.trim(),
    ParcelStatus: 'A',
    APL_flag: '1',
  };
}

/** `4027 N 55TH AVE PHOENIX, AZ 85031`; `N/A` when the address is withheld. */
export function fullAddress({ street, city, zip }: ParcelFacts): string {
  return street === null ? 'N/A' : `${street} ${city ?? ''}, AZ ${zip}`;
}

function renderOwner(facts: ParcelFacts): JsonObject {
  const { name, inCareOf, mailing, salePrice, saleDate, deedDate } = facts.owner;
  const withheld = name === null;
  const owner: JsonObject = {
    OwnerID: `00000000-0000-4000-8000-0000${facts.apn.slice(0, 8)}`,
    Ownership: name ?? 'NA',
    InCareOf: withheld ? '' : inCareOf,
    ContoOwnership: '',
    MailingAddress1: mailing.line,
    MailingAddress2: withheld ? '' : null,
    MailingCity: mailing.city,
    MailingState: mailing.state,
    MailingZip: mailing.zip,
    MailingCountry: withheld ? 'NA' : 'USA',
    MostCurrentDeed: deedNumber(facts),
    DeedDate: usDate(deedDate),
    DeedType: deedDate === null ? null : 'WD',
    SalePrice: numeral(salePrice),
    SaleDate: usDate(saleDate),
  };
  const address = withheld ? 'NA' : `${mailing.line}, ${mailing.city}, ${mailing.state} ${mailing.zip}`;
  return withheld
    ? { ...owner, FullMailingAddress: address }
    : { ...owner, Redacted: false, FullMailingAddress: address, DeedTypeID: null };
}

function deedNumber({ apn, owner }: ParcelFacts): string | null {
  return owner.deedDate === null ? null : `${owner.deedDate.slice(0, 4)}${apn.slice(1, 8)}`;
}

function renderRental(facts: ParcelFacts): JsonObject {
  const { name, mailing } = facts.owner;
  const owner = name ?? 'NA';
  return {
    ParcelNumber: facts.apn,
    SitusAddress: fullAddress(facts),
    AccountNumber: '',
    OwnerBusinessEntity: '',
    PropertyType: facts.useDescription,
    YearBuilt: numeral(facts.home?.yearBuilt ?? null),
    OwnershipType: 'Property Owner(s)',
    OwnerName: owner,
    OwnerAddress: `${mailing.line}, ${mailing.city}, ${mailing.state} ${mailing.zip}`,
    OwnerPhone: `602-555-0${facts.apn.slice(5, 8)}`,
    BusinessContactName: '',
    BusinessContactAddress: '',
    BusinessContactPhone: '',
    AgentName: owner,
    AgentAddress: mailing.line,
    AgentPhone: `602-555-0${facts.apn.slice(5, 8)}`,
    DateRegistered: '06/17/2019',
    LastUpdate: '06/22/2024',
  };
}

function renderValuation(facts: ParcelFacts, value: YearValue, age: number): JsonObject {
  const words = value.legalClass?.startsWith('4') ? 'RESIDENTIAL RENTAL' : 'PRIMARY RESIDENCE';
  // Older years of some parcels carry thousands commas, the younger ones never do.
  const full = age >= 3 && facts.apn.endsWith('7') ? value.fullCashValue?.toLocaleString('en-US') : null;
  return {
    TaxYear: String(value.taxYear),
    FullCashValue: full ?? numeral(value.fullCashValue),
    LimitedPropertyValue: numeral(value.limitedPropertyValue)?.padEnd(12) ?? null,
    LegalClassificationCode: value.legalClass?.padEnd(4) ?? null,
    LegalClassification: age >= 2 ? words.padEnd(128) : words,
    AssessmentRatioPercentage: value.ratio.toFixed(4),
    AssessedFCV: 'na',
    AssessedLPV: numeral(value.assessedValue)?.padEnd(12) ?? null,
    ValuationSource: 'Notice',
    PEPropUseDesc: facts.useDescription,
    PropertyUseCode: facts.useCode,
    TaxAreaCode: '691300',
    NoticeOfChangeIndc: 'N',
  };
}

const NO_HOME: HomeFacts = {
  livingArea: null,
  yearBuilt: null,
  yearBuiltEffective: null,
  bathFixtures: null,
  garages: null,
  carports: 0,
  poolSqft: null,
  roof: null,
  walls: null,
  cooling: null,
  heating: null,
  coveredPatios: 0,
  uncoveredPatios: 0,
};

function renderResidential(facts: ParcelFacts): JsonObject {
  const home = facts.home ?? NO_HOME;
  const isHome = facts.home !== null;
  const garage = (home.garages ?? 0) > 0;
  const parking = garage ? 'Garage' : home.carports > 0 ? 'Carport' : null;
  return {
    ConstructionYear: numeral(home.yearBuiltEffective),
    OriginalConstructionYear: numeral(home.yearBuilt),
    LotSize: numeral(facts.lotSqft),
    LivableSpace: numeral(home.livingArea),
    Detached_Livable_sqft: null,
    AssessorMarket: '05',
    AreaNeighborhood: '009',
    Pool: home.poolSqft === null ? false : String(home.poolSqft),
    PEImprovementQualityGrade: isHome ? 'Comparable' : '2',
    ImprovementQualityGrade: isHome ? 'CLASS R3' : 'C',
    NumberOfCoveredPatios: countOrZero(home.coveredPatios),
    NumberOfUncoveredPatios: countOrZero(home.uncoveredPatios),
    NumberOfPatios: countOrZero(home.coveredPatios + home.uncoveredPatios),
    PatioType: home.coveredPatios > 0 ? 'Covered' : 'Uncovered',
    ExteriorWalls: home.walls ?? '',
    RoofType: home.roof ?? '',
    BathFixtures: numeral(home.bathFixtures) ?? 0,
    Cooling: home.cooling,
    Heating: home.heating,
    NumberOfGarages: numeral(home.garages),
    NumberOfCarports: home.carports,
    ParkingDetails: parking === null ? [] : { ParkingType: parking, ParkingCount: '1' },
    LocationalFactors: facts.apn.endsWith('4') ? 'Corner,' : '',
    OtherStructures: '',
    ParkingType: parking,
    CoveredParking: parking !== null,
    LocationalCharacteristics: facts.apn.endsWith('4') ? 'Corner' : '',
    PhysicalCondition: null,
  };
}

/** The parts that the county's other endpoints show of a document. Null: no such endpoint. */
export function partOfDocument(endpoint: string, document: JsonObject): Json {
  switch (endpoint) {
    case 'propertyinfo':
      return propertyInfoOf(document);
    case 'address':
      return { PropertyAddress: document.PropertyAddress ?? 'N/A' };
    case 'valuations':
      return document.Valuations ?? [];
    case 'residential-details':
      return document.ResidentialPropertyData ?? [];
    case 'owner-details':
      return document.Owner ?? [];
    case 'improvements':
      return document.Improvements ?? [];
    case 'sketches':
      return document.Sketches ?? [];
    case 'mapids':
      return document.MapIDs ?? [];
    case 'rental-details':
      return document.RentalInformation ?? [];
    default:
      return null;
  }
}

function propertyInfoOf(document: JsonObject): JsonObject {
  const keys = Object.keys(document);
  const firstBlock = keys.slice(0, keys.indexOf('APL_flag') + 1);
  const info = Object.fromEntries(firstBlock.map((key): [string, Json] => [key, document[key] ?? null]));
  return { ...info, PropertyType: String(document.PropertyType ?? '').toUpperCase() };
}

function numeral(value: number | null): string | null {
  return value === null ? null : String(value);
}

function countOrZero(count: number): string | number {
  return count === 0 ? 0 : String(count);
}

function usDate(day: string | null): string | null {
  if (day === null) return null;
  const [year, month, date] = day.split('-');
  return `${month}/${date}/${year}`;
}

function titleCase(text: string): string {
  return text.toLowerCase().replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

import { at } from './json-path.js';

/**
 * What the mapping table of the county's fields asks for, computed here a second time and in another way than in the
 * product, straight from the recorded body.
 */

type Values = Record<string, unknown>;

const said = (value: unknown): string | null => {
  if (typeof value === 'number') return `${value}`;
  if (typeof value !== 'string') return null;
  const text = value.trim().split(/\s+/).join(' ');
  return ['', 'na', 'n/a'].includes(text.toLowerCase()) ? null : text;
};
const number = (value: unknown): number | null => {
  const text = said(value);
  return text === null ? null : Number(text.split(',').join(''));
};
const positive = (value: unknown): number | null => number(value) || null;
const list = (value: unknown): string[] | null => {
  const text = said(value);
  return text === null ? null : [text];
};
const day = (value: unknown): string | null => {
  const [month, date, year] = said(value)?.split('/') ?? [];
  return year === undefined ? null : `${year}-${month}-${date}`;
};

/** Leaves out what is not said. */
const only = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

const TYPES: Record<string, [type: string, subType: string | null]> = {
  RESIDENTIAL: ['Residential', null],
  TOWNHOUSE: ['Residential', 'Townhouse'],
  'ASSOCIATED RESIDENTIAL PARCEL': ['Residential', null],
  'VACANT LAND RESIDENTIAL': ['Land', null],
  'VACANT LAND COMMERCIAL': ['Land', null],
  COMMERCIAL: ['Commercial Sale', null],
  WAREHOUSE: ['Commercial Sale', 'Warehouse'],
  OFFICE: ['Commercial Sale', 'Office'],
  'STATUTORY SHOPPING CENTER': ['Commercial Sale', null],
  'ASSOCIATED COMMERCIAL PARCEL': ['Commercial Sale', null],
};
const USES: Record<string, string | null> = {
  'Single Family Residence': 'Single Family Residence',
  Warehouses: 'Warehouse',
  'Prop Tax Exe, Priv-Owned': null,
};

const typed = (words: unknown): Values => {
  const known = TYPES[said(words)?.toUpperCase() ?? ''];
  if (!known) throw new Error(`a type of property that is not in the expectations: ${words}`);
  return only({ PropertyType: known[0], PropertySubType: known[1] });
};

const parts = (apn: string): Values =>
  only({
    ParcelNumber: apn,
    TaxBookNumber: apn.slice(0, 3),
    TaxMapNumber: apn.slice(3, 5),
    TaxParcelLetter: apn.slice(8) || null,
  });
const COUNTY = { StateOrProvince: 'AZ', CountyOrParish: 'Maricopa' };

/** Written out by hand for every form in the recordings: what `292N2E` means cannot be seen from its shape alone. */
const PLACES: Record<string, [section: string, township: string, range: string]> = {
  '292N2E': ['29', '2N', '2E'],
  '232N1E': ['23', '2N', '1E'],
  '222N1E': ['22', '2N', '1E'],
  '71N3E': ['7', '1N', '3E'],
  '121N2E': ['12', '1N', '2E'],
  '201N6E': ['20', '1N', '6E'],
  '241N4E': ['24', '1N', '4E'],
  '282N1E': ['28', '2N', '1E'],
  '101N3E': ['10', '1N', '3E'],
  '11N3E': ['1', '1N', '3E'],
  '143N4E': ['14', '3N', '4E'],
  '74N2E': ['7', '4N', '2E'],
  '234N4E': ['23', '4N', '4E'],
  '254N4E': ['25', '4N', '4E'],
  '127N5W': ['12', '7N', '5W'],
  '131N4E': ['13', '1N', '4E'],
  '261N6E': ['26', '1N', '6E'],
  '212N1E': ['21', '2N', '1E'],
  '81N2E': ['8', '1N', '2E'],
  '121N1E': ['12', '1N', '1E'],
  '131N2E': ['13', '1N', '2E'],
  '241N2E': ['24', '1N', '2E'],
};
const place = (words: unknown): Values => {
  const text = said(words) ?? '';
  const found = PLACES[text] ?? (text.includes(' ') ? text.split(' ') : null);
  if (!found) throw new Error(`a place that is not in the expectations: ${text}`);
  return { PublicSurveySection: found[0], PublicSurveyTownship: found[1], PublicSurveyRange: found[2] };
};

/** Owners of the recorded rows that are companies or public bodies; all others are persons or trusts. */
const COMPANY = /( LLC| LLP| DEPT|^MARICOPA COUNTY|CITY OF| INC| LP| LTD|CENTER NO 402 OF .*)$|LLC$/;

/** Facts of one row, with its key and ZIP. */
export function expectedRow(kind: string, row: unknown): Values {
  const field = (name: string) => at(row, name);
  const zip = said(field('SitusZip') ?? field('Zip'));
  if (kind === 'search-sub') {
    const name = said(field('SubdivisionName'));
    return { key: `subdivision:${name}`, zip, SubdivisionName: name, xParcelCount: field('ParcelCount') };
  }
  if (kind === 'search-bpp' || kind === 'search-mh') {
    const key = `${kind.slice(7)}:${field('AccountNo')}`;
    return { key, zip, ...COUNTY, ...only({ City: said(field('SitusCity')), PostalCode: zip }) };
  }
  const apn = `${field('APN')}`;
  const place_ = { ...parts(apn), ...COUNTY, ...only({ PostalCode: zip }) };
  if (kind === 'search-rental') {
    return { key: apn, zip, ...place_, UnparsedAddress: said(field('Address')), City: said(field('City')) };
  }
  return {
    key: apn,
    zip,
    ...place_,
    ...only({
      UnparsedAddress: said(field('SitusAddress')),
      City: said(field('SitusCity')),
      SubdivisionName: said(field('SubdivisonName')),
      xOwnerClass: COMPANY.test(`${field('Ownership')}`) ? 'company' : null,
    }),
    ...typed(field('PropertyType')),
    ...place(field('SectionTownshipRange')),
  };
}

function property(body: unknown): Values {
  const field = (name: string) => at(body, name);
  const address = said(field('PropertyAddress'));
  return {
    ...only({
      UnparsedAddress: address,
      PostalCode: address?.slice(-5) ?? null,
      City: said(field('LocalJusidiction')),
      LotSizeSquareFeet: positive(field('LotSize')),
      SubdivisionName: said(field('SubdivisionName')),
      TaxLot: said(field('Lot')),
      TaxLegalDescription: said(field('PropertyDescription')),
      Zoning: said(field('Zoning')),
      ElementarySchoolDistrict: said(field('ElementarySchoolDistrict')),
      HighSchoolDistrict: said(field('HighSchoolDistrict')),
      PropertySubType: USES[`${field('PEPropUseDesc')}`] ?? null,
    }),
    ...typed(field('PropertyType')),
    ...place(field('SectionTownshipRange')),
  };
}

function residential(block: unknown): Values {
  const field = (name: string) => at(block, name);
  const area = positive(field('LivableSpace'));
  const pool = field('Pool');
  return only({
    LivingArea: area,
    LivingAreaUnits: area === null ? null : 'Square Feet',
    LivingAreaSource: area === null ? null : 'Assessor',
    LotSizeSquareFeet: positive(field('LotSize')),
    YearBuilt: positive(field('OriginalConstructionYear')),
    YearBuiltEffective: positive(field('ConstructionYear')),
    xBathFixtures: number(field('BathFixtures')),
    GarageSpaces: number(field('NumberOfGarages')),
    CarportSpaces: number(field('NumberOfCarports')),
    PoolPrivateYN: pool !== false,
    xPoolSquareFeet: pool === false ? null : number(pool),
    Roof: list(field('RoofType')),
    ConstructionMaterials: list(field('ExteriorWalls')),
    Cooling: list(field('Cooling')),
    Heating: list(field('Heating')),
  });
}

function valuations(rows: unknown): Values {
  if (!Array.isArray(rows)) throw new Error('valuations are no list');
  const years = rows.map((row) =>
    only({
      TaxYear: number(at(row, 'TaxYear')),
      TaxAssessedValue: number(at(row, 'AssessedLPV')),
      xFullCashValue: number(at(row, 'FullCashValue')),
      xLimitedPropertyValue: number(at(row, 'LimitedPropertyValue')),
      xLegalClass: said(at(row, 'LegalClassificationCode')),
    }),
  );
  const lines = years.map((year) => Object.entries(year).map((pair) => pair.join('=')));
  const use = USES[`${at(rows[0], 'PEPropUseDesc')}`] ?? null;
  return { ...years[0], xValuations: lines.map((line) => line.join('; ')), ...only({ PropertySubType: use }) };
}

function ownerClass(owner: unknown, situs: unknown): string | null {
  const name = `${at(owner, 'Ownership')}`;
  if (name === 'NA') return 'withheld';
  if (COMPANY.test(name)) return 'company';
  if (typeof situs !== 'string') return null;
  const mail = `${at(owner, 'MailingAddress1')} `;
  return situs.startsWith(mail) && situs.endsWith(`${at(owner, 'MailingZip')}`.slice(0, 5))
    ? 'owner-occupied'
    : 'absentee';
}

const owner = (block: unknown, situs: unknown): Values =>
  only({
    ClosePrice: positive(at(block, 'SalePrice')),
    CloseDate: day(at(block, 'SaleDate')),
    xCloseDatePrecision: day(at(block, 'SaleDate')) === null ? null : 'month',
    xOwnerClass: ownerClass(block, situs),
  });

/** Facts of an answer about one parcel; null where the answer says nothing of it. */
export function expectedDocument(kind: string, key: string | null, body: unknown): Values | null {
  const isAbsent = Array.isArray(body) && body.length === 0;
  if (isAbsent || kind === 'sketches' || kind === 'mapids') return null;
  const whole = { ...parts(key ?? ''), ...COUNTY };
  switch (kind) {
    case 'parcel':
      return {
        ...whole,
        ...valuations(at(body, 'Valuations')),
        ...residential(at(body, 'ResidentialPropertyData')),
        ...owner(at(body, 'Owner'), at(body, 'PropertyAddress')),
        ...property(body),
      };
    case 'propertyinfo':
      return { ...whole, ...property(body) };
    case 'residential-details':
      return { ...whole, ...residential(body) };
    case 'owner-details':
      return { ...whole, ...owner(body, null) };
    case 'valuations':
      return { ...whole, ...valuations(body) };
    case 'improvements':
      return {
        ...whole,
        xImprovements: [
          'ImprovementNumber=000101; Description=Loft; SquareFeet=9991',
          'ImprovementNumber=000201; Description=Site Improvements; SquareFeet=1',
        ],
      };
    case 'address':
      return { ...whole, UnparsedAddress: at(body, 'PropertyAddress'), City: 'PHOENIX', PostalCode: '85028' };
    default:
      throw new Error(`no expectation for ${kind}`);
  }
}

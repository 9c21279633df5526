import { titleCase } from './normalise.js';

/** An address in its parts; RESO names in `core/schemas`: StreetNumber, StreetDirPrefix, StreetName, StreetSuffix, UnitNumber. */
export interface Address {
  readonly streetNumber: string | null;
  /** `N`, `S`, `E`, `W`, `NE`, … */
  readonly streetDirPrefix: string | null;
  readonly streetName: string;
  /** Postal short form, `Ave`; null where the street has none (`W Broadway`). */
  readonly streetSuffix: string | null;
  readonly unitNumber: string | null;
  readonly city: string | null;
  /** Two capital letters. */
  readonly state: string | null;
  /** Five digits. */
  readonly zip: string | null;
}

/** Postal short forms (USPS Publication 28, appendix C1, read 2025-07) of the suffixes seen in Maricopa County. */
const SUFFIXES = shortForms(
  'Aly ALLEY ALY, Ave AVENUE AVE AV, Bnd BEND BND, Blvd BOULEVARD BLVD, Cir CIRCLE CIR, Ct COURT CT, Cv COVE CV',
  'Xing CROSSING XING, Dr DRIVE DR, Fwy FREEWAY FWY, Gln GLEN GLN, Hwy HIGHWAY HWY, Ln LANE LN, Loop LOOP',
  'Pkwy PARKWAY PKWY, Pass PASS, Path PATH, Pl PLACE PL, Plz PLAZA PLZ, Pt POINT PT, Rd ROAD RD, Row ROW, Run RUN',
  'Sq SQUARE SQ, St STREET ST, Ter TERRACE TER, Trce TRACE TRCE, Trl TRAIL TRL, Walk WALK, Way WAY WY',
);
const DIRECTIONS = shortForms(
  'N N NORTH, S S SOUTH, E E EAST, W W WEST',
  'NE NE NORTHEAST, NW NW NORTHWEST, SE SE SOUTHEAST, SW SW SOUTHWEST',
);
/** Places of the county that may stand after a street without a comma; where one ends another, the longer comes first. */
const CITIES: readonly string[] = [
  'APACHE JUNCTION,LITCHFIELD PARK,PARADISE VALLEY,FOUNTAIN HILLS,SUN CITY WEST,QUEEN CREEK,CAVE CREEK,SUN LAKES,RIO VERDE',
  'GILA BEND,EL MIRAGE,WICKENBURG,YOUNGTOWN,SCOTTSDALE,NEW RIVER,GUADALUPE,WADDELL,TOLLESON,SURPRISE,GOODYEAR,GLENDALE',
  'CHANDLER,CAREFREE,AVONDALE,SUN CITY,PHOENIX,BUCKEYE,GILBERT,ANTHEM,LAVEEN,PEORIA,TEMPE,MESA',
].flatMap((row) => row.split(','));
const UNIT = /[\s,]+(?:(?:UNIT|APT|APARTMENT|STE|SUITE|LOT|SPC|SPACE|BLDG)\s*#?|#)\s*([A-Z0-9-]+)$/;
const BEGINS_WITH_UNIT = /^(?:(?:UNIT|APT|APARTMENT|STE|SUITE|LOT|SPC|SPACE|BLDG)\b|#)/;

/**
 * Reads the forms the county and listing sites use: `10010 N 29TH ST PHOENIX, AZ 85028`, `15868 W BANFF LN SURPRISE 85379`,
 * `5219 W EL CAMINITO Drive, Glendale, AZ 85302`, `1 E MAIN ST UNIT 4`.
 * @param city the place, where it is known apart from the text; helps to cut it off
 * @returns null when no street is left
 */
export function parseAddress(text: string, city: string | null = null): Address | null {
  let rest = text.toUpperCase().replace(/[.]/g, '').replace(/\s+/g, ' ').trim();
  const zip = /(?:^|[\s,])(\d{5})(?:-\d{4})?$/.exec(rest);
  // A street number is no ZIP code: something must stand before it.
  if (zip && zip.index > 0) rest = rest.slice(0, zip.index);
  const state = /[\s,]+(AZ|ARIZONA)[\s,]*$/.exec(rest);
  if (state) rest = rest.slice(0, state.index);
  const placed = cutCity(rest.replace(/[\s,]+$/, ''), city);
  const unit = UNIT.exec(placed.street);
  const street = readStreet((unit ? placed.street.slice(0, unit.index) : placed.street).replace(/[\s,]+/g, ' ').trim());
  if (street === null) return null;
  return {
    ...street,
    unitNumber: unit?.[1] ?? null,
    city: placed.city === null ? null : titleCase(placed.city),
    state: state ? 'AZ' : null,
    zip: zip && zip.index > 0 ? (zip[1] ?? null) : null,
  };
}

/** The street line: `10010 N 29th St Unit 4`. */
export function streetLine(address: Address): string {
  const { streetNumber, streetDirPrefix, streetName, streetSuffix, unitNumber } = address;
  const unit = unitNumber === null ? null : `Unit ${unitNumber}`;
  return [streetNumber, streetDirPrefix, titleCase(streetName), streetSuffix, unit]
    .filter((part) => part !== null)
    .join(' ');
}

/** Equal for two forms of one street address; place, state and ZIP are left out, since sources differ in giving them. */
export function addressKey(address: Address): string {
  return streetLine(address).toUpperCase();
}

function cutCity(text: string, known: string | null): { readonly street: string; readonly city: string | null } {
  const comma = text.lastIndexOf(',');
  const tail = text.slice(comma + 1).trim();
  // A place may stand behind the unit without a comma: `, UNIT 4 MESA`.
  if (comma > 0 && tail !== '' && !BEGINS_WITH_UNIT.test(tail)) return { street: text.slice(0, comma), city: tail };
  const names = known === null ? CITIES : [known.toUpperCase(), ...CITIES];
  const city = names.find((name) => text.endsWith(` ${name}`));
  if (city === undefined) return { street: text, city: null };
  return { street: text.slice(0, -city.length).replace(/[\s,]+$/, ''), city };
}

type Street = Pick<Address, 'streetNumber' | 'streetDirPrefix' | 'streetName' | 'streetSuffix'>;

function readStreet(text: string): Street | null {
  const words = text.split(' ').filter((word) => word !== '');
  const streetNumber = /^\d+[A-Z]?(?:-\d+)?$/.test(words[0] ?? '') && words.length > 1 ? (words.shift() ?? null) : null;
  const streetDirPrefix = isDirection(words) ? (DIRECTIONS.get(words.shift() ?? '') ?? null) : null;
  const streetSuffix = (words.length > 1 ? SUFFIXES.get(words.at(-1) ?? '') : null) ?? null;
  if (streetSuffix !== null) words.pop();
  return words.length === 0 ? null : { streetNumber, streetDirPrefix, streetName: words.join(' '), streetSuffix };
}

/** A name must remain after the direction: `E ST` is the street named E. */
function isDirection(words: readonly string[]): boolean {
  const onlySuffixLeft = words.length === 2 && SUFFIXES.has(words[1] ?? '');
  return words.length > 1 && DIRECTIONS.has(words[0] ?? '') && !onlySuffixLeft;
}

/** `Ave AVENUE AVE, St STREET ST` as a map from each long form to the first word. */
function shortForms(...rows: readonly string[]): ReadonlyMap<string, string> {
  const groups = rows.flatMap((row) => row.split(', ')).map((group) => group.split(' '));
  return new Map(groups.flatMap(([short = '', ...forms]) => forms.map((form) => [form, short])));
}

import type { Json } from '../../core/hash.js';
import type { RawBody } from '../../core/raw-payload.js';
import { OWNER_CLASSES, ownerClassOf } from './owner-class.js';

/** Stands where a personal value stood. */
export const WITHHELD = '[withheld]';
/** Stands where a drawing stood. */
export const IMAGE = '[image]';

type JsonObject = { readonly [key: string]: Json };

/** Nothing of a real answer lies deeper (recorded: 5); what does is dropped unread. */
const DEEPEST = 40;

/** Names of fields that hold personal data, in lower case and without signs; found at any depth of any answer. */
const PERSONAL =
  /owner|^mail|mailing|incareof|careof|^conto|contact|agent|phone|^fax|email|lessee|lessor|tenant|occupant|grantor|grantee|taxpayer|spouse|^name\d*$|^vin\d*$|accountnumber|(first|last|middle|full|person|business)name|^dba|^ssn|birth/;
/** Names that look personal and are not. */
const NOT_PERSONAL: ReadonlySet<string> = new Set(['ownershiptype', 'xownerclass']);

/** Blocks that are about persons: everything in them is withheld save these fields. */
const OWNER_KEEPS = new Set([
  'DeedDate',
  'DeedType',
  'DeedTypeID',
  'MostCurrentDeed',
  'Redacted',
  'SaleDate',
  'SalePrice',
  'xOwnerClass',
]);
const RENTAL_KEEPS = new Set([
  'DateRegistered',
  'LastUpdate',
  'OwnershipType',
  'ParcelNumber',
  'PropertyType',
  'SitusAddress',
  'YearBuilt',
]);
const RENTAL_ROW_KEEPS = new Set(['APN', 'Address', 'City', 'Zip']);
const ACCOUNT_ROW_KEEPS = new Set(['AccountNo', 'Lease', 'Multi', 'SitusCity', 'SitusZip']);

/**
 * Takes out what is personal (owners, mail, registered rentals, holders of accounts) and the drawings, and leaves the class
 * of the owner as `xOwnerClass`. Pure and idempotent. `NA` and empty values stay: they say that there is nothing. A page is
 * withheld whole, since the county's answers are JSON. Deed numbers stay: they name a document of public record.
 */
export function redact(body: RawBody): RawBody {
  return body.type === 'html' ? { type: 'html', html: WITHHELD } : { type: 'json', json: cleaned(body.json, TOP) };
}

interface Place {
  readonly name: string;
  readonly depth: number;
  /** Address of the parcel that the answer is about, where one was met on the way down. */
  readonly situs: string | null;
}
const TOP: Place = { name: '', depth: 0, situs: null };

function cleaned(value: Json, place: Place): Json {
  if (typeof value === 'string') return isDrawing(value, place.name) ? IMAGE : value;
  if (value === null || typeof value !== 'object') return value;
  if (place.depth >= DEEPEST) return WITHHELD;
  if (isList(value)) return value.map((item) => cleaned(item, { ...place, depth: place.depth + 1 }));
  return cleanedObject(value, place);
}

function cleanedObject(value: JsonObject, place: Place): Json {
  const keeps = keepsOf(value, place.name);
  const situs = textAt(value, 'PropertyAddress') ?? textAt(value, 'SitusAddress') ?? place.situs;
  const entries = Object.entries(value)
    .filter(([name]) => name !== 'xOwnerClass')
    .map(([name, item]): [string, Json] => {
      const personal = keeps ? !keeps.has(name) : isPersonal(name, item);
      return [
        name,
        personal ? withheld(item, place.depth + 1) : cleaned(item, { name, depth: place.depth + 1, situs }),
      ];
    });
  const ownerClass = classOf(value, situs);
  return Object.fromEntries(ownerClass === null ? entries : [...entries, ['xOwnerClass', ownerClass]]);
}

/** The fields that stay in a block about persons; null for any other block. By name of the block or by what it holds. */
function keepsOf(value: JsonObject, name: string): ReadonlySet<string> | null {
  const has = (...fields: readonly string[]) => fields.every((field) => Object.hasOwn(value, field));
  if (name === 'Owner' || has('OwnerID') || has('FullMailingAddress') || has('Ownership', 'MailingAddress1')) {
    return OWNER_KEEPS;
  }
  if (name === 'RentalInformation' || has('OwnerName', 'AgentName')) return RENTAL_KEEPS;
  if (has('APN', 'Owner', 'Contact')) return RENTAL_ROW_KEEPS;
  return has('AccountNo', 'Name1') ? ACCOUNT_ROW_KEEPS : null;
}

/** A block called `Owner` is looked into; a text called so is a name. */
function isPersonal(name: string, value: Json): boolean {
  if (name === 'Owner' && typeof value === 'object' && value !== null && !isList(value)) return false;
  if (name === 'RentalInformation') return false;
  const plain = name
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  return PERSONAL.test(plain) && !NOT_PERSONAL.has(plain);
}

function withheld(value: Json, depth: number): Json {
  if (typeof value === 'string') return isNothing(value) ? value : WITHHELD;
  if (typeof value === 'number') return value === 0 ? value : WITHHELD;
  if (value === null || typeof value === 'boolean') return value;
  if (depth >= DEEPEST) return WITHHELD;
  if (isList(value)) return value.map((item) => withheld(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withheld(item, depth + 1)]));
}

/** Blank, signs only, `NA`, or the `0` that stands for a withheld ZIP code. */
export const isNothing = (text: string) => text.length <= 100 && /^([^\p{L}\p{N}]*|NA|N\/A|0)$/iu.test(text.trim());

/**
 * The class of the owner named in a block. A class that is there already counts only where the name is withheld already, so
 * that no answer can bring in words of its own.
 */
function classOf(value: JsonObject, situs: string | null): string | null {
  const name = textAt(value, 'Ownership');
  if (name === null) return null;
  if (name === WITHHELD) return OWNER_CLASSES.find((known) => known === textAt(value, 'xOwnerClass')) ?? null;
  const line = textAt(value, 'MailingAddress1');
  const mailing = line === null ? null : { line, zip: textAt(value, 'MailingZip') ?? '' };
  return ownerClassOf({ name, mailing, situs });
}

/** Pictures packed into text: PNG, JPEG and GIF by their first letters, others by length and alphabet. */
function isDrawing(text: string, name: string): boolean {
  if (name === 'Sketch') return text !== '';
  if (/^(iVBORw0KGgo|\/9j\/|R0lGOD|data:image\/)/.test(text)) return true;
  return text.length >= 400 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function textAt(value: JsonObject, name: string): string | null {
  const found = Object.hasOwn(value, name) ? value[name] : null;
  return typeof found === 'string' ? found : null;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

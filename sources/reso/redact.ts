import type { Json } from '../../core/hash.js';
import type { RawBody } from '../../core/raw-payload.js';
import { WITHHELD, withoutContacts } from '../../domain/contacts.js';
import { FIELD_NAMES } from './fields.js';

const KEPT: ReadonlySet<string> = new Set(FIELD_NAMES);

type JsonObject = { readonly [key: string]: Json };

/**
 * Keeps what was asked for and withholds everything else, whatever its name: agents and owners are never asked for, but a service
 * may send more than that. Telephone numbers and mail addresses are taken out of every text that is kept. Links of the service are
 * withheld, since they hold tokens of their own and change with every answer. Pure and idempotent. A page is withheld whole, since
 * the service's answers are JSON.
 */
export function redact(body: RawBody): RawBody {
  return body.type === 'html' ? { type: 'html', html: WITHHELD } : { type: 'json', json: redactedAnswer(body.json) };
}

function redactedAnswer(json: Json): Json {
  if (!isJsonObject(json)) return withheld(json);
  return Object.fromEntries(
    Object.entries(json).map(([name, value]): [string, Json] => {
      if (name === 'value' && isList(value)) return [name, value.map(redactedRow)];
      return [name, name === '@odata.count' && typeof value === 'number' ? value : withheld(value)];
    }),
  );
}

function redactedRow(row: Json): Json {
  if (!isJsonObject(row)) return withheld(row);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]): [string, Json] => [name, KEPT.has(name) ? kept(value) : withheld(value)]),
  );
}

/** No field of a listing is longer; a longer one is not even searched for contacts, so that a hostile answer costs nothing. */
const LONGEST_TEXT = 20_000;

/** Single values and lists of them. Of anything else the type alone is kept, so that a field that was retyped is seen as such. */
function kept(value: Json): Json {
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? {} : withoutContacts(value);
  if (isList(value)) return value.map((item) => (isNested(item) ? WITHHELD : kept(item)));
  return isNested(value) ? {} : value;
}

/** Nothing stays nothing, so that a missing value can be told from one that is withheld. */
const withheld = (value: Json): Json => (value === null || value === '' ? value : WITHHELD);
const isNested = (value: Json) => typeof value === 'object' && value !== null;
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isJsonObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);

import type { Json } from '../core/hash.js';
import type { RawBody } from '../core/raw-payload.js';
import { WITHHELD } from '../domain/contacts.js';

type JsonObject = { readonly [key: string]: Json };

/**
 * Keeps what was asked for and withholds everything else, whatever its name: owners and mailing addresses are never asked for,
 * but a server may send more than that. Pure and idempotent. A page is withheld whole, since the layer's answers are JSON.
 */
export function createLayerRedact(fieldNames: readonly string[]): (body: RawBody) => RawBody {
  const kept: ReadonlySet<string> = new Set(fieldNames);
  return (body) =>
    body.type === 'html' ? { type: 'html', html: WITHHELD } : { type: 'json', json: redactedAnswer(body.json, kept) };
}

function redactedAnswer(json: Json, kept: ReadonlySet<string>): Json {
  if (!isJsonObject(json)) return withheld(json);
  return Object.fromEntries(
    Object.entries(json).map(([name, value]): [string, Json] => {
      if (name === 'features' && isList(value)) return [name, value.map((feature) => redactedFeature(feature, kept))];
      const told = name === 'exceededTransferLimit' || name === 'count';
      return [name, told && typeof value !== 'string' && !isNested(value) ? value : withheld(value)];
    }),
  );
}

function redactedFeature(feature: Json, kept: ReadonlySet<string>): Json {
  if (!isJsonObject(feature)) return withheld(feature);
  return Object.fromEntries(
    Object.entries(feature).map(([name, value]): [string, Json] => [
      name,
      name === 'attributes' && isJsonObject(value) ? redactedRow(value, kept) : withheld(value),
    ]),
  );
}

function redactedRow(row: JsonObject, kept: ReadonlySet<string>): Json {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]): [string, Json] => [
      name,
      kept.has(name) ? emptied(value) : withheld(value),
    ]),
  );
}

/**
 * Values of the mapping are single. Of anything else the type alone is kept, so that a field that was retyped is seen as such.
 */
function emptied(value: Json): Json {
  if (isList(value)) return value.length === 0 ? value : [WITHHELD];
  return isNested(value) ? {} : value;
}

/** Nothing stays nothing, so that a missing value can be told from one that is withheld. */
const withheld = (value: Json): Json => (value === null || value === '' ? value : WITHHELD);
const isNested = (value: Json) => typeof value === 'object' && value !== null;
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isJsonObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);

import type { Json } from '../core/hash.js';
import { isJsonList, isJsonObject, numberAt } from './json.js';

/** What a request of the `Property` resource asks for. Null: no such condition. */
export interface ResoQuery {
  readonly zip: string | null;
  readonly statuses: readonly string[] | null;
  /** Null: all. */
  readonly fields: readonly string[] | null;
  readonly top: number;
  readonly skip: number;
  readonly count: boolean;
  /** Key after which the page begins. */
  readonly after: string | null;
}

/**
 * Reads the options of a request, or the token of a link that the stand-in gave. It knows the conditions that the product asks
 * with and refuses all others, so that a wrong one cannot look like an empty result.
 * @param known names of the resource's fields; empty where no row tells them
 */
export function readQuery(
  query: URLSearchParams,
  pageRows: number,
  known: readonly string[],
): ResoQuery | { readonly refused: string } {
  const token = query.get('$skiptoken');
  if (token !== null) return readToken(token) ?? { refused: 'Invalid skiptoken' };
  const filter = readFilter(query.get('$filter'));
  if (filter === null) return { refused: 'Invalid filter' };
  const fields = query.get('$select')?.split(',') ?? null;
  const unknown = fields?.find((name) => known.length > 0 && !known.includes(name));
  if (unknown !== undefined) return { refused: `Could not find a property named '${unknown}'` };
  const top = wholeAt(query, '$top', pageRows);
  const skip = wholeAt(query, '$skip', 0);
  if (top === null || skip === null) return { refused: 'Invalid paging' };
  if ((query.get('$orderby') ?? 'ListingKey') !== 'ListingKey') return { refused: 'Invalid order' };
  const page = { top: Math.min(top, pageRows), skip, count: query.get('$count') === 'true', after: null };
  return { ...filter, ...page, fields };
}

function readFilter(text: string | null): Pick<ResoQuery, 'zip' | 'statuses'> | null {
  if (text === null) return { zip: null, statuses: null };
  const [, zip, conditions] = /^PostalCode eq '(\d{5})'(?: and \((.+)\))?$/.exec(text) ?? [];
  if (zip === undefined) return null;
  if (conditions === undefined) return { zip, statuses: null };
  const parts = conditions.split(' or ').map((part) => /^StandardStatus eq '([A-Za-z ]+)'$/.exec(part)?.[1] ?? null);
  const statuses = parts.filter((part) => part !== null);
  return statuses.length === parts.length ? { zip, statuses } : null;
}

function wholeAt(query: URLSearchParams, name: string, otherwise: number): number | null {
  const value = Number(query.get(name) ?? otherwise);
  return Number.isInteger(value) && value >= 0 ? value : null;
}

/** A link's token: the request and where it goes on. */
export function tokenOf(asked: ResoQuery, after: string): string {
  return Buffer.from(JSON.stringify({ ...asked, skip: 0, after })).toString('base64url');
}

function readToken(token: string): ResoQuery | null {
  const json = jsonIn(Buffer.from(token, 'base64url').toString('utf8'));
  if (!isJsonObject(json)) return null;
  const top = numberAt(json, 'top');
  if (top === null) return null;
  const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : null);
  const listOf = (value: Json | undefined) => (isJsonList(value) ? value.map(String) : null);
  return {
    zip: textOf(json.zip),
    statuses: listOf(json.statuses),
    fields: listOf(json.fields),
    top,
    skip: 0,
    count: json.count === true,
    after: textOf(json.after),
  };
}

function jsonIn(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

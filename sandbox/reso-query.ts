import type { Json } from '../core/hash.js';
import { isJsonList, isJsonObject, type JsonObject, numberAt } from './json.js';

/** What a request of the `Property` resource asks for. Null: no such condition. */
export interface ResoQuery {
  readonly zip: string | null;
  readonly statuses: readonly string[] | null;
  /** Conditions on when a row was changed last. */
  readonly changed: readonly Changed[];
  readonly order: Order;
  /** Null: all. */
  readonly fields: readonly string[] | null;
  readonly top: number;
  readonly skip: number;
  readonly count: boolean;
  /** Place in the order after which the page begins. */
  readonly after: string | null;
}

const COMPARISONS = ['gt', 'ge', 'lt', 'le'] as const;
type Comparison = (typeof COMPARISONS)[number];

interface Changed {
  readonly is: Comparison;
  readonly atMs: number;
}

const ORDERS = ['ListingKey', 'ModificationTimestamp,ListingKey'] as const;
type Order = (typeof ORDERS)[number];

type Filter = Pick<ResoQuery, 'zip' | 'statuses' | 'changed'>;

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
  const order = ORDERS.find((name) => name === (query.get('$orderby') ?? 'ListingKey'));
  if (order === undefined) return { refused: 'Invalid order' };
  const page = { top: Math.min(top, pageRows), skip, count: query.get('$count') === 'true', after: null };
  return { ...filter, ...page, order, fields };
}

function readFilter(text: string | null): Filter | null {
  let filter: Filter = { zip: null, statuses: null, changed: [] };
  for (const condition of text === null ? [] : text.split(' and ')) {
    const read = readCondition(condition, filter);
    if (read === null) return null;
    filter = read;
  }
  return filter;
}

function readCondition(text: string, filter: Filter): Filter | null {
  const zip = /^PostalCode eq '(\d{5})'$/.exec(text)?.[1];
  if (zip !== undefined) return { ...filter, zip };
  const [, is, instant = ''] = /^ModificationTimestamp (\w\w) (\d{4}-\d\d-\d\dT[\d:.]+Z)$/.exec(text) ?? [];
  const comparison = COMPARISONS.find((known) => known === is);
  const atMs = Date.parse(instant);
  if (comparison !== undefined && !Number.isNaN(atMs)) {
    return { ...filter, changed: [...filter.changed, { is: comparison, atMs }] };
  }
  const statuses = /^\((.+)\)$/.exec(text)?.[1]?.split(' or ').map(statusOf) ?? [null];
  return statuses.includes(null) ? null : { ...filter, statuses: statuses.filter((status) => status !== null) };
}

const statusOf = (part: string) => /^StandardStatus eq '([A-Za-z ]+)'$/.exec(part)?.[1] ?? null;

function wholeAt(query: URLSearchParams, name: string, otherwise: number): number | null {
  const value = Number(query.get(name) ?? otherwise);
  return Number.isInteger(value) && value >= 0 ? value : null;
}

/** Rows that fit the conditions, in the order that was asked for. */
export function matching(rows: readonly JsonObject[], query: ResoQuery): readonly JsonObject[] {
  const { zip, statuses, changed, order } = query;
  return rows
    .filter((row) => zip === null || row.PostalCode === zip)
    .filter((row) => statuses === null || statuses.includes(String(row.StandardStatus)))
    .filter((row) => changed.every((condition) => fits(Date.parse(String(row.ModificationTimestamp)), condition)))
    .map((row) => ({ row, place: placeOf(row, order) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ row }) => row);
}

/** Place of a row in an order, as a text that sorts. */
export function placeOf(row: JsonObject, order: Order): string {
  return order
    .split(',')
    .map((name) => String(row[name]))
    .join(' ');
}

function fits(ms: number, { is, atMs }: Changed): boolean {
  if (is === 'gt') return ms > atMs;
  if (is === 'ge') return ms >= atMs;
  return is === 'lt' ? ms < atMs : ms <= atMs;
}

/** A link's token: the request and where it goes on. */
export function tokenOf(asked: ResoQuery, goesOn: Pick<ResoQuery, 'skip' | 'after'>): string {
  return Buffer.from(JSON.stringify({ ...asked, ...goesOn })).toString('base64url');
}

function readToken(token: string): ResoQuery | null {
  const json = jsonIn(Buffer.from(token, 'base64url').toString('utf8'));
  if (!isJsonObject(json)) return null;
  const top = numberAt(json, 'top');
  const order = ORDERS.find((name) => name === json.order);
  if (top === null || order === undefined) return null;
  const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : null);
  const listOf = (value: Json | undefined) => (isJsonList(value) ? value.map(String) : null);
  return {
    zip: textOf(json.zip),
    statuses: listOf(json.statuses),
    changed: (isJsonList(json.changed) ? json.changed : []).flatMap(changedIn),
    order,
    fields: listOf(json.fields),
    top,
    skip: numberAt(json, 'skip') ?? 0,
    count: json.count === true,
    after: textOf(json.after),
  };
}

function changedIn(json: Json): readonly Changed[] {
  if (!isJsonObject(json)) return [];
  const is = COMPARISONS.find((known) => known === json.is);
  const atMs = numberAt(json, 'atMs');
  return is === undefined || atMs === null ? [] : [{ is, atMs }];
}

function jsonIn(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

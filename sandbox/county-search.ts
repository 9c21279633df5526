import { normaliseParcelNumber } from '../core/ids.js';
import { jsonAnswer, recordedAnswer, sitePage } from './county-answers.js';
import type { ServiceAnswer, ServiceRequest } from './http-service.js';
import { isJsonObject, type JsonObject } from './json.js';
import type { Parcel } from './parcel.js';
import { isZipSearch } from './recordings.js';
import type { World } from './world.js';

/** Rows of a page; the county has no page-size parameter. */
const PAGE_SIZE = 25;

/**
 * Answers `/search/{kind}/`. A property search by ZIP is composed from the world; any other recorded search is answered
 * as recorded, with empty pages behind it; the rest is looked up in the world's parcels.
 */
export function searchAnswer(world: World, request: ServiceRequest): ServiceAnswer {
  const recorded = isZipSearch(request) ? null : recordedSearch(world, request);
  if (recorded !== null) return recorded;
  const [, , kind = ''] = request.path.split('/');
  if (!['property', 'rp', 'sub', 'rental', 'bpp', 'mh'].includes(kind)) return sitePage(world);
  const words = (request.query.get('q') ?? '').trim();
  return jsonAnswer(pageOf(rowsFor(world, kind, words), pageNumber(request.query)));
}

/** Rows of one page; past the end there are none, and the total stays. */
export function pageOf(rows: readonly JsonObject[], page: number): JsonObject {
  return { TOTAL: rows.length, Results: rows.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE) };
}

/** `page` of a query, from 1; what is no page number counts as 1. */
export function pageNumber(query: URLSearchParams): number {
  const page = Number(query.get('page') ?? '1');
  return Number.isInteger(page) && page >= 1 ? page : 1;
}

function recordedSearch(world: World, { method, path, query }: ServiceRequest): ServiceAnswer | null {
  const exact = world.recordings.find({ method, path, query });
  if (exact !== null) return recordedAnswer(exact);
  const first = new URLSearchParams(query);
  first.delete('page');
  const begun = world.recordings.find({ method, path, query: first });
  if (begun === null || pageNumber(query) === 1 || !isJsonObject(begun.response.body)) return null;
  return jsonAnswer({ ...begun.response.body, Results: [] });
}

function rowsFor(world: World, kind: string, words: string): readonly JsonObject[] {
  if (words === '') return [];
  if (kind === 'sub') return subdivisionRows(world, words);
  // Rentals, business property and mobile homes are known from recordings alone; a bare ZIP gave no rental either.
  if (kind !== 'property' && kind !== 'rp') return [];
  if (/^\d{5}$/.test(words)) return world.parcelsOf(words).map(({ row }) => row);
  const apn = normaliseParcelNumber(words);
  const wanted = words.toUpperCase();
  return allParcels(world)
    .filter(({ row }) => row.APN === apn || holds(row.SitusAddress, wanted) || holds(row.SubdivisonName, wanted))
    .map(({ row }) => row);
}

function subdivisionRows(world: World, words: string): readonly JsonObject[] {
  const counts = new Map<string, number>();
  for (const { facts } of allParcels(world)) {
    if (facts.subdivision === null || !holds(facts.subdivision, words.toUpperCase())) continue;
    counts.set(facts.subdivision, (counts.get(facts.subdivision) ?? 0) + 1);
  }
  return [...counts].map(([SubdivisionName, ParcelCount]) => ({ SubdivisionName, ParcelCount }));
}

/** Every parcel of the world. */
export function allParcels(world: World): readonly Parcel[] {
  return [...world.zips, ...world.otherZips].flatMap((zip) => world.parcelsOf(zip));
}

function holds(value: unknown, words: string): boolean {
  return typeof value === 'string' && value.toUpperCase().includes(words);
}

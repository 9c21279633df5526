import { normaliseParcelNumber } from '../../core/ids.js';

/** Answers about one parcel. */
export const DOCUMENT_KINDS = [
  'parcel',
  'propertyinfo',
  'address',
  'valuations',
  'residential-details',
  'owner-details',
  'rental-details',
  'improvements',
  'sketches',
  'mapids',
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** Answers of many rows. */
export const SEARCH_KINDS = [
  'search-page',
  'search-rp',
  'search-rental',
  'search-sub',
  'search-bpp',
  'search-mh',
] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

export type PayloadKind = DocumentKind | SearchKind;

/** Kind of the records of a property search page. All other records have the kind of their payload. */
export const SEARCH_ROW = 'search-row';

/** Which kind's fact is shown when two state the same name: the full document first, the walk's row after all documents. */
const KIND_ORDER: readonly string[] = [
  'parcel',
  'propertyinfo',
  'residential-details',
  'valuations',
  'owner-details',
  'address',
  'improvements',
  SEARCH_ROW,
  'search-rp',
  'search-rental',
];

/**
 * `KIND_ORDER` for a source that asks for some kinds: those come first, since what is not asked for any more grows old.
 */
export function kindOrderOf(asked: readonly DocumentKind[]): readonly string[] {
  const first = KIND_ORDER.filter((kind) => asked.some((name) => name === kind));
  return [...first, ...KIND_ORDER.filter((kind) => !first.includes(kind))];
}

/** What a request asks for: kind of its answer, and the parcel number in its path (null for searches and malformed ones). */
export interface AskedFor {
  readonly kind: PayloadKind;
  readonly key: string | null;
}

const SEARCH_PATHS: ReadonlyMap<string, SearchKind> = new Map([
  ['property', 'search-page'],
  ['rp', 'search-rp'],
  ['rental', 'search-rental'],
  ['rentals', 'search-rental'],
  ['sub', 'search-sub'],
  ['bpp', 'search-bpp'],
  ['mh', 'search-mh'],
]);

/**
 * Kind of the answer to a path of the service, without query: `/parcel/165-28-054/address` is `address` of `16528054`.
 * @returns null for a path that is not among those this source understands
 */
export function kindOfPath(path: string): AskedFor | null {
  const [first = '', second = '', third = ''] = path.split('/').filter((part) => part !== '');
  if (first === 'search') {
    const kind = SEARCH_PATHS.get(second);
    return kind ? { kind, key: null } : null;
  }
  if (first === 'mapid') return { kind: 'mapids', key: normaliseParcelNumber(third) };
  if (first !== 'parcel') return null;
  const kind = DOCUMENT_KINDS.find((name) => name === (third || 'parcel'));
  return kind ? { kind, key: normaliseParcelNumber(second) } : null;
}

export const isDocumentKind = (kind: string): kind is DocumentKind => DOCUMENT_KINDS.some((name) => name === kind);
export const isSearchKind = (kind: string): kind is SearchKind => SEARCH_KINDS.some((name) => name === kind);

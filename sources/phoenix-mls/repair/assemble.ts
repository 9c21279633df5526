import type { load } from 'cheerio';
import type { ListingPlaces, Place, Places, RowName, Rows, SelectorSet } from '../selectors.js';
import { PLACE_TARGETS, ROW_TARGETS } from './targets.js';

/** Part of a set: cards, detail pages, or the labelled rows of detail pages. */
export type Part = 'results' | 'detail' | 'row';

/** What was accepted so far, by `fieldId`. */
export interface Accepted {
  readonly places: ReadonlyMap<string, Place>;
  readonly rows: ReadonlyMap<string, RowName>;
  readonly card: string | null;
  readonly rowForm: Omit<Rows, 'names'> | null;
}

export function fieldId(part: Part, field: string): string {
  return `${part} ${field}`;
}

/** Nothing is found by it. */
const NOWHERE = ':not(*)';
const MUST_HAVE = ['key', 'address', 'price'];

/** Fields without which a set is of no use. */
export function missingFields({ places, rows, card }: Accepted): readonly string[] {
  const wanted = [
    ...['count', 'link', ...MUST_HAVE].map((field) => fieldId('results', field)),
    ...MUST_HAVE.map((field) => fieldId('detail', field)),
  ];
  return [
    ...(card === null ? ['results card'] : []),
    ...wanted.filter((id) => !places.has(id)),
    ...(rows.size === 0 ? ['row labels'] : []),
  ];
}

/**
 * Puts a set together from what was accepted; where nothing was, the set says nothing.
 * @param proof of `findProof`
 */
export function assembleSet(name: string, accepted: Accepted, proof: string): SelectorSet {
  const { places, rows, card, rowForm } = accepted;
  const at = (part: Part, field: string): Places => [places.get(fieldId(part, field)) ?? []].flat();
  const names = ROW_TARGETS.map(({ field }) => [field, rows.get(fieldId('row', field)) ?? NO_ROW] as const);
  const form = rowForm === null ? null : { ...rowForm, names: Object.fromEntries(names) };
  return {
    name,
    results: {
      count: at('results', 'count'),
      card: card ?? NOWHERE,
      listing: listingPlaces((field) => at('results', field), null),
      link: at('results', 'link'),
      pagination: NOWHERE,
    },
    detail: {
      proof,
      listing: listingPlaces((field) => at('detail', field), form),
      remarks: at('detail', 'remarks'),
      remarksHeading: null,
    },
    disclosure: at('detail', 'disclosure'),
  };
}

/** A label of ours that the layout has not: a row that happens to have our name is not trusted. */
const NO_ROW: RowName = { label: '', pattern: null };

function listingPlaces(at: (field: string) => Places, rows: Rows | null): ListingPlaces {
  const status = at('status');
  return {
    key: at('key'),
    address: at('address'),
    price: at('price'),
    status: status.length > 0 ? status : null,
    beds: at('beds'),
    baths: at('baths'),
    area: at('area'),
    photos: at('photos'),
    rows,
  };
}

type Page = ReturnType<typeof load>;

/** A selector that every detail page has and no results page: from the places that were accepted. */
export function findProof(
  { places, rowForm }: Accepted,
  details: readonly Page[],
  results: readonly Page[],
): string | null {
  const fields = [...PLACE_TARGETS.map(({ field }) => field), 'remarks'];
  const selectors = [
    ...fields.map((field) => places.get(fieldId('detail', field))?.at ?? ''),
    rowForm?.label ?? '',
  ].filter((selector) => selector !== '');
  const proves = (selector: string) =>
    details.every((page) => page(selector).length > 0) && results.every((page) => page(selector).length === 0);
  return selectors.find(proves) ?? null;
}

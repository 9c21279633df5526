import type { ListingPlaces, Place, Places, RowName, SelectorSet } from '../selectors.js';
import type { PlaceCandidate } from './places.js';
import type { RowCandidate } from './rows.js';

/** How a field is read, for a person. */
export const fieldInWords = {
  /** By a set; null where the set says nothing of it. @param id `fieldId` */
  of(set: SelectorSet, id: string): string | null {
    const at = id.indexOf(' ');
    const [part, field] = [id.slice(0, at), id.slice(at + 1)];
    if (part === 'row') return rowOf(set, field);
    const places = placesOf(set, part, field);
    return places.length === 0 ? null : places.map(placeInWords).join(', else ');
  },
  /** By a candidate. */
  proposed(candidate: PlaceCandidate | RowCandidate): string {
    return 'place' in candidate ? placeInWords(candidate.place) : rowInWords(candidate.name);
  },
};

function placesOf({ results, detail, disclosure }: SelectorSet, part: string, field: string): Places {
  if (field === 'count') return results.count;
  if (field === 'link') return results.link;
  if (field === 'disclosure') return disclosure;
  if (field === 'remarks') {
    const { remarks, remarksHeading } = detail;
    return remarksHeading === null
      ? remarks
      : [{ at: `text after "${remarksHeading}"`, attribute: null, pattern: null }];
  }
  return listingPlaces(part === 'results' ? results.listing : detail.listing, field);
}

function listingPlaces(places: ListingPlaces, field: string): Places {
  const { rows: _rows, status, ...others } = places;
  const byField: Readonly<Record<string, Places>> = { ...others, status: status ?? [] };
  return byField[field] ?? [];
}

function rowOf({ detail }: SelectorSet, field: string): string | null {
  const { rows } = detail.listing;
  if (rows === null) return null;
  const name = rows.names[field] ?? { label: field, pattern: null };
  return name.label === '' ? null : rowInWords(name);
}

function rowInWords({ label, pattern }: RowName): string {
  return `row "${label}"${pattern === null ? '' : ` as /${pattern}/`}`;
}

function placeInWords({ at, attribute, pattern }: Place): string {
  const where = `${at === '' ? '(the card)' : at}${attribute === null ? '' : ` [${attribute}]`}`;
  return pattern === null ? where : `${where} as /${pattern}/`;
}

/** The parts that hold a page together: cards, paging, proof of a detail page, labelled rows. */
export function structureInWords(before: SelectorSet | null, after: SelectorSet | null) {
  const parts: readonly (readonly [string, (set: SelectorSet) => string | null])[] = [
    ['results card', ({ results }) => results.card],
    ['results pagination', ({ results }) => results.pagination],
    ['detail proof', ({ detail }) => detail.proof],
    ['detail rows', ({ detail }) => rowsInWords(detail.listing)],
  ];
  return parts.map(([field, read]) => {
    const found = after === null ? null : read(after);
    const doubt = found === null ? 'found nowhere' : null;
    return { field, before: before === null ? null : read(before), after: found, doubt };
  });
}

function rowsInWords({ rows }: ListingPlaces): string | null {
  return rows === null ? null : `${rows.label}, value ${rows.value ?? 'behind it'}`;
}

import { load } from 'cheerio';
import { SELECTOR_SETS, type SelectorSet } from '../selectors.js';
import { type ListingTexts, readListingTexts } from './listing-texts.js';
import { type Elements, type Found, readPlaces } from './text.js';

/** One card as it stands on the page; null where the page has nothing. */
export interface Card extends ListingTexts {
  /** Address of the detail page, as written there. */
  readonly link: Found | null;
}

export interface ResultsPage {
  /** The set that was chosen for this page. */
  readonly set: SelectorSet;
  /** Matches the site counts; null when the page has no such place, or no number in it. */
  readonly total: number | null;
  readonly cards: readonly Card[];
  /** True when the page links to later ones. */
  readonly hasNext: boolean;
  readonly attribution: Found | null;
}

/**
 * Reads a results page with the set whose template it is in: the one that finds most cards, or at least the place of the
 * count. Pure; gives nulls where nothing matches and leaves the judgement to the caller.
 * @returns null when no set knows the page
 */
export function readResultsPage(html: string, sets: readonly SelectorSet[] = SELECTOR_SETS): ResultsPage | null {
  const $ = load(html);
  const found = sets
    .map(({ results }, index) => ({ index, cards: $(results.card).length, counts: countPlaces($, results.count) }))
    .filter(({ cards, counts }) => cards + counts > 0)
    .sort((a, b) => b.cards - a.cards || b.counts - a.counts)[0];
  const set = found === undefined ? undefined : sets[found.index];
  return set === undefined ? null : readWith($, set);
}

function countPlaces($: ReturnType<typeof load>, places: SelectorSet['results']['count']): number {
  return places.reduce((sum, { at }) => sum + $(at).length, 0);
}

function readWith($: ReturnType<typeof load>, set: SelectorSet): ResultsPage {
  const { results } = set;
  const cards = $(results.card)
    .toArray()
    .map((element): Card => {
      const card = $(element);
      return { ...readListingTexts(card, results.listing), link: readPlaces(card, results.link) };
    });
  const total = readPlaces($.root(), results.count);
  return {
    set,
    total: total === null ? null : wholeNumber(total.text),
    cards,
    hasNext: hasNext($(results.pagination).first()),
    attribution: readPlaces($.root(), set.disclosure),
  };
}

function wholeNumber(text: string): number | null {
  const digits = text.replaceAll(',', '');
  return /^\d{1,9}$/.test(digits) ? Number(digits) : null;
}

/** The number in no link is this page; later ones are links or buttons with a higher number, or `Next`. */
function hasNext(pagination: Elements): boolean {
  const current = Number(pagination.find('span, b, strong, em').not('a *, button *').first().text());
  const others = pagination.find('a, button');
  return others.toArray().some((_element, index) => {
    const text = others.eq(index).text().trim();
    return text === 'Next' || Number(text) > current;
  });
}

import type { load } from 'cheerio';
import { readResultsPage } from '../pages/results-page.js';
import type { Elements } from '../pages/text.js';
import type { SelectorSet } from '../selectors.js';
import { selectorsOf } from './places.js';

type Page = ReturnType<typeof load>;

/** A results page, and the keys of the listings that are known. */
export interface PageOfCards {
  readonly page: Page;
  readonly known: ReadonlySet<string>;
}

/** A card selector must hold one listing each for this share of the listings. */
const LEAST_SHARE = 0.95;

/**
 * The selector that gives one element per listing, found from where the keys of known listings stand.
 * @returns candidates with the share of the listings they hold alone, best first
 */
export function rankCards(pages: readonly PageOfCards[]): readonly { readonly at: string; readonly share: number }[] {
  const candidates = new Set(pages.slice(0, 3).flatMap((page) => cardsOf(page).flatMap(selectorsOf)));
  return [...candidates]
    .map((at) => ({ at, share: shareOf(pages, at) }))
    .filter(({ share }) => share >= LEAST_SHARE)
    .sort((a, b) => b.share - a.share || a.at.length - b.at.length);
}

/** Known keys that stand in an element, in words or attributes. */
export function keysIn(page: Page, element: Elements, known: ReadonlySet<string>): ReadonlySet<string> {
  const found = page.html(element)?.match(/(?<!\d)\d{7}(?!\d)/g) ?? [];
  return new Set(found.filter((key) => known.has(key)));
}

/** For each listing the largest element that holds no other one. */
function cardsOf({ page, known }: PageOfCards): readonly Elements[] {
  const all = page('body *');
  const cards = new Map<string, Elements>();
  // Elements come parents first, so the first that holds one key alone is the largest.
  for (let index = 0; index < all.length; index += 1) {
    const element = all.eq(index);
    const keys = keysIn(page, element, known);
    const [key] = keys;
    if (keys.size === 1 && key !== undefined && !cards.has(key)) cards.set(key, element);
  }
  return cards.size > 1 ? [...cards.values()] : []; // one listing alone does not tell a card from the page
}

function shareOf(pages: readonly PageOfCards[], at: string): number {
  let right = 0;
  let all = 0;
  for (const { page, known } of pages) {
    const onPage = keysIn(page, page('body'), known);
    const cards = page(at);
    const alone = Array.from({ length: cards.length }, (_, index) => keysIn(page, cards.eq(index), known));
    right += alone.filter(({ size }) => size === 1).length;
    all += Math.max(onPage.size, cards.length);
  }
  return all === 0 ? 0 : right / all;
}

/** A results page as it was stored, and whether more pages of its search follow. */
export interface PageInSearch {
  readonly html: string;
  readonly page: Page;
  readonly more: boolean;
}

/** The selector of the element that holds the links to other pages, if it tells right whether more follow. */
export function findPagination(pages: readonly PageInSearch[], set: SelectorSet): string | null {
  const candidates = new Set(pages.flatMap(({ page }) => ancestorsOfLinks(page).flatMap(selectorsOf)));
  const right = (pagination: string) =>
    pages.every(({ html, more }) => {
      const results = { ...set.results, pagination };
      return readResultsPage(html, [{ ...set, results }])?.hasNext === more;
    });
  return [...candidates].sort((a, b) => a.length - b.length).find(right) ?? null;
}

function ancestorsOfLinks(page: Page): readonly Elements[] {
  const links = page('a[href*="pg="], button[href*="pg="]');
  const parents = Array.from({ length: links.length }, (_, index) => links.eq(index).parents()).flatMap((up) =>
    Array.from({ length: Math.min(3, up.length) }, (_, index) => up.eq(index)),
  );
  return parents;
}

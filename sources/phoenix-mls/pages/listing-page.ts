import { load } from 'cheerio';
import { SELECTOR_SETS, type SelectorSet } from '../selectors.js';
import { type ListingTexts, readListingTexts } from './listing-texts.js';
import { cleanText, type Elements, type Found, readPlaces } from './text.js';

/** A detail page as it stands; null where the page has nothing. */
export interface ListingPage extends ListingTexts {
  /** The set that was chosen for this page. */
  readonly set: SelectorSet;
  readonly remarks: Found | null;
  readonly attribution: Found | null;
}

/**
 * Reads a detail page with the set whose template it is in: the one that is proven by the page, and of two the one that
 * finds more rows. Pure.
 * @returns null when no set knows the page
 */
export function readListingPage(html: string, sets: readonly SelectorSet[] = SELECTOR_SETS): ListingPage | null {
  const $ = load(html);
  const pages = sets
    .filter(({ detail }) => $(detail.proof).length > 0)
    .map((set): ListingPage => {
      const { listing, remarks, remarksHeading } = set.detail;
      return {
        ...readListingTexts($.root(), listing),
        set,
        remarks: remarksHeading === null ? readPlaces($.root(), remarks) : readRemarksAfter($.root(), remarksHeading),
        attribution: readPlaces($.root(), set.disclosure),
      };
    });
  return pages.sort((a, b) => b.rows.size - a.rows.size)[0] ?? null;
}

/** The text between a bold heading and the next element that is no line break. */
function readRemarksAfter(root: Elements, words: string): Found | null {
  const bold = root.find('b');
  const heading = bold.filter((index) => bold.eq(index).text().trim() === words);
  const parent = heading.first().parent();
  let inside = false;
  let text = '';
  for (const node of parent.contents().toArray()) {
    if (inside && node.nodeType === TEXT_NODE && 'data' in node) text += node.data;
    else if (inside && 'name' in node && node.name !== 'br') break;
    else if (node === heading.get(0)) inside = true;
    else if (inside) text += ' ';
  }
  const clean = cleanText(text);
  return clean === null ? null : { text: clean, where: words };
}

const TEXT_NODE = 3;

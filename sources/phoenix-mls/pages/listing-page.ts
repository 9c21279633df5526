import { load } from 'cheerio';
import { CLASSIC, type SelectorSet } from '../selectors.js';
import { cleanText, type Elements, readPhotos, readTitle } from './text.js';

/** A detail page as it stands; null where the page has nothing. */
export interface ListingPage {
  /** Listing key, seven digits. */
  readonly key: string | null;
  readonly address: string | null;
  readonly price: string | null;
  /** Null for an active listing: the template shows other states alone. */
  readonly status: string | null;
  /** Number before `beds`, `baths`, `sqft` in the heading. */
  readonly heading: { readonly beds: string | null; readonly baths: string | null; readonly sqft: string | null };
  /** Rows of all sections: label without colon, value. The first row of a label counts. */
  readonly rows: ReadonlyMap<string, string>;
  readonly remarks: string | null;
  readonly photos: number | null;
  readonly attribution: string | null;
}

/** Reads a detail page. Pure. @returns null when the page holds no listing that this selector set knows */
export function readListingPage(html: string, set: SelectorSet = CLASSIC): ListingPage | null {
  const $ = load(html);
  const root = $(set.detail.root).first();
  if (root.length === 0) return null;
  const headingText = root.find(set.detail.heading).first().text().replaceAll('\u00a0', ' ');
  const numberBefore = (word: string) => new RegExp(`([\\d.,]+)\\s+${word}\\b`, 'i').exec(headingText)?.[1] ?? null;
  return {
    ...readTitle(root.attr('title')),
    price: cleanText(root.find(set.detail.price).first().text()),
    status: cleanText(root.find(set.detail.status).first().text()),
    heading: { beds: numberBefore('beds?'), baths: numberBefore('baths?'), sqft: numberBefore('sqft') },
    rows: readRows(root, set),
    remarks: readRemarks(root, set),
    photos: readPhotos(root.find(set.detail.photos).first().text()),
    attribution: cleanText($(set.disclosure).first().text()),
  };
}

function readRows(root: Elements, set: SelectorSet): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  const found = root.find(set.detail.row);
  for (let index = 0; index < found.length; index += 1) {
    const row = found.eq(index);
    const label = row.children('b').first();
    const name = cleanText(label.text().replace(/:\s*$/, ''));
    const value = cleanText(row.text().slice(label.text().length));
    if (name !== null && value !== null && !rows.has(name)) rows.set(name, value);
  }
  return rows;
}

/** The text between the bold heading and the next element that is no line break. */
function readRemarks(root: Elements, set: SelectorSet): string | null {
  const heading = root.find('b').filter((index) => {
    return root.find('b').eq(index).text().trim() === set.detail.remarksHeading;
  });
  const parent = heading.first().parent();
  let inside = false;
  let text = '';
  for (const node of parent.contents().toArray()) {
    if (inside && node.nodeType === TEXT_NODE && 'data' in node) text += node.data;
    else if (inside && 'name' in node && node.name !== 'br') break;
    else if (node === heading.get(0)) inside = true;
    else if (inside) text += ' ';
  }
  return cleanText(text);
}

const TEXT_NODE = 3;

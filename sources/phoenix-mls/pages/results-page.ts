import { load } from 'cheerio';
import { CLASSIC, type SelectorSet } from '../selectors.js';
import { cleanText, type Elements, readPhotos, readTitle } from './text.js';

/** One card as it stands on the page; null where the page has nothing. */
export interface Card {
  /** Listing key, seven digits. */
  readonly key: string | null;
  readonly address: string | null;
  readonly price: string | null;
  /** Address of the detail page, as written there. */
  readonly link: string | null;
  readonly photos: number | null;
  /** Rows of the fact table: label without colon, value. */
  readonly facts: ReadonlyMap<string, string>;
}

export interface ResultsPage {
  /** Matches the site counts; null when the page has no such place, or no number in it. */
  readonly total: number | null;
  readonly cards: readonly Card[];
  /** True when the page links to later ones. */
  readonly hasNext: boolean;
  readonly attribution: string | null;
}

/** Reads a results page. Pure; gives nulls where nothing matches and leaves the judgement to the caller. */
export function readResultsPage(html: string, set: SelectorSet = CLASSIC): ResultsPage {
  const $ = load(html);
  const cards = $(set.results.card)
    .toArray()
    .map((element) => readCard($(element), set));
  return {
    total: readTotal($(set.results.count).first().text()),
    cards,
    hasNext: hasNext($(set.results.pagination).first()),
    attribution: cleanText($(set.disclosure).first().text()),
  };
}

function readCard(card: Elements, set: SelectorSet): Card {
  const { address, key } = readTitle(card.attr('title'));
  const written = cleanText(withLineCommas(card.find(set.results.address).first()));
  return {
    key,
    address: address ?? written,
    price: cleanText(card.find(set.results.price).first().text()),
    link: card.attr('link')?.trim() ?? null,
    photos: readPhotos(card.find(set.results.photos).first().text()),
    facts: readFacts(card, set),
  };
}

function readFacts(card: Elements, set: SelectorSet): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  card.find(set.results.factLabel).each((index) => {
    const label = card.find(set.results.factLabel).eq(index);
    const name = cleanText(label.text().replace(/:\s*$/, ''));
    const value = cleanText(label.siblings(set.results.factValue).first().text());
    if (name !== null && value !== null) facts.set(name, value);
  });
  return facts;
}

/** The link's text, where a line break stands for the comma after the street. */
function withLineCommas(link: Elements): string {
  const copy = link.clone();
  copy.find('br').replaceWith(', ');
  return copy.text();
}

function readTotal(text: string): number | null {
  const digits = /^\s*(\d{1,3}(?:,\d{3})*|\d+)\s+match/i.exec(text)?.[1];
  return digits === undefined ? null : Number(digits.replaceAll(',', ''));
}

/** This page is a `span`; later ones are links or buttons with a higher number, or `Next`. */
function hasNext(pagination: Elements): boolean {
  const current = Number(pagination.children('span').first().text());
  const others = pagination
    .children('a, button')
    .toArray()
    .map((_, index) => pagination.children('a, button').eq(index).text().trim());
  return others.some((text) => text === 'Next' || Number(text) > current);
}

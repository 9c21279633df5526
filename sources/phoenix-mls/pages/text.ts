import type { CheerioAPI } from 'cheerio';
import { normaliseText } from '../../../domain/normalise.js';
import type { Place, Places, Rows } from '../selectors.js';

/** Elements of a loaded page. */
export type Elements = ReturnType<CheerioAPI>;

/** A text and the place it was found at, as it goes into the path of a fact. */
export interface Found {
  readonly text: string;
  readonly where: string;
}

/** Longest text that can be a fact; remarks are the longest kind (4,000 characters in Flexmls, assumed). */
const LONGEST_TEXT = 8_000;
/** Above this a text is not even looked at: some patterns take the square of its length. */
const LONGEST_RAW_TEXT = 20_000;

/** Text of an element with blanks made one; null when empty, a word for nothing, or longer than any fact. */
export function cleanText(text: string): string | null {
  if (text.length > LONGEST_RAW_TEXT) return null;
  const clean = normaliseText(text.replaceAll('\u00a0', ' '));
  return clean === null || clean.length > LONGEST_TEXT ? null : clean;
}

/**
 * Reads the first place that gives a text.
 * @param scope the card, or the root of the page
 * @param lineBreak what a line break stands for; in an address it is the comma after the street
 */
export function readPlaces(scope: Elements, places: Places, lineBreak = ' '): Found | null {
  for (const place of places) {
    const element = place.at === '' ? scope : scope.find(place.at).first();
    const text = textOf(element, place, lineBreak);
    if (text !== null) return { text, where: describePlace(place) };
  }
  return null;
}

/** The text of a place at one element; null when there is none, or not of the place's pattern. */
export function textOf(element: Elements, { attribute, pattern }: Omit<Place, 'at'>, lineBreak = ' '): string | null {
  const all = attribute === null ? wordsOf(element, lineBreak) : (element.attr(attribute) ?? '');
  const text = cleanText(all);
  if (text === null || pattern === null) return text;
  return cutOut(text, pattern);
}

/** The first group of a pattern; null when the text is not of it. */
export function cutOut(text: string, pattern: string): string | null {
  return cleanText(new RegExp(pattern, 'i').exec(text)?.[1] ?? '');
}

function describePlace({ at, attribute }: Place): string {
  return attribute === null ? at : `${at}[${attribute}]`;
}

function wordsOf(element: Elements, lineBreak: string): string {
  if (element.find('br').length === 0) return element.text();
  const copy = element.clone();
  copy.find('br').replaceWith(lineBreak);
  return copy.text();
}

/**
 * The labelled rows of a page or card, by our labels. The first row of a label counts. A value that was withheld stands
 * in no element of its own any more and gives no row.
 */
export function readRows(scope: Elements, { label, value, names }: Rows): ReadonlyMap<string, Found> {
  const rows = new Map<string, Found>();
  const labels = scope.find(label);
  for (let index = 0; index < labels.length; index += 1) {
    const found = readRow(labels.eq(index), value);
    if (found !== null && !rows.has(found.label))
      rows.set(found.label, { text: found.text, where: `"${found.label}"` });
  }
  const named = Object.entries(names).map(([ours, { label: theirs, pattern }]) => {
    const row = rows.get(theirs);
    const text = row === undefined || pattern === null ? row?.text : cutOut(row.text, pattern);
    return [ours, row !== undefined && typeof text === 'string' ? { ...row, text } : null] as const;
  });
  for (const [ours, row] of named) {
    if (row === null) rows.delete(ours);
    else rows.set(ours, row);
  }
  return rows;
}

/** One row: its label without colon, and its value. */
export function readRow(
  label: Elements,
  value: string | null,
): { readonly label: string; readonly text: string } | null {
  const name = cleanText(label.text().replace(/:\s*$/, ''));
  const next = label.next();
  const after = value === null ? label.parent().text().slice(label.text().length) : next.is(value) ? next.text() : '';
  const text = cleanText(after);
  return name === null || text === null ? null : { label: name, text };
}

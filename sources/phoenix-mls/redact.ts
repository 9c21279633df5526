import { load } from 'cheerio';
import type { RawBody } from '../../core/source.js';
import { WITHHELD, withoutContacts } from '../../domain/contacts.js';
import type { Elements } from './pages/text.js';

const IMAGE = '[image]';

/** Labels whose values are about a person. Offices stay: their names are the attribution that must go with the data. */
const PERSONAL_LABEL =
  /\b(agent|member|owner|seller|tenant|occupant|contact|phone|mobile|fax|e-?mail|showing|lockbox)\b/i;
/** Words that are a label and nothing else, so that no colon or element is needed to tell. */
const NOTHING_BUT_A_LABEL =
  /^(?:[\w-]+ )?(?:agent|owner|seller|member|occupant|tenant)(?: (?:name|phone|mobile|cell|fax|e-?mail))?$/i;
const PERSONAL_ATTRIBUTE = /agent|owner|seller|phone|email|contact/i;
const LONGEST_LABEL = 40;
/** Elements that hold a label even without a colon. */
const LABEL = 'b, strong, dt, th, label, [class*="label"]';
/** `Contact Agent` on a button is an invitation, and what stands beside it is not its value. */
const PRESSED = 'a, button, option, h1, h2, h3';
const NO_CONTENT = 'script, noscript, style, template, iframe, svg, object, embed';
const COMMENT_NODE = 8;
const TEXT_NODE = 3;

/**
 * Takes agents, owners, telephone numbers and mail addresses out of a page, and all that no fact is read from: scripts,
 * handlers, styles, comments, pictures in the page. Pure and idempotent.
 */
export function redactPage(body: RawBody): RawBody {
  if (body.type !== 'html') return body;
  const $ = load(body.html);
  $(NO_CONTENT).remove();
  const names = withholdRows($);
  const clean = cleaner(names);
  for (const node of $.root().find('*').addBack().contents().toArray()) {
    if (node.nodeType === COMMENT_NODE) $(node).remove();
    else if (node.nodeType === TEXT_NODE && 'data' in node) node.data = clean(node.data);
  }
  $('*').each((_index, element) => {
    if (!('attribs' in element)) return;
    for (const [name, value] of Object.entries(element.attribs)) {
      const kept = attribute(name, value, clean);
      if (kept === null) $(element).removeAttr(name);
      else if (kept !== value) $(element).attr(name, kept);
    }
  });
  return { type: 'html', html: $.html() };
}

/**
 * Withholds what follows a personal label, in whatever elements a template prints it: a page in a new layout is stored too.
 * @returns the words withheld, since they may stand elsewhere on the page as well
 */
function withholdRows($: ReturnType<typeof load>): readonly string[] {
  const words = new Set<string>();
  const withhold = (value: Elements) => {
    const word = value.text().replace(/\s+/g, ' ').trim();
    if (word.length >= 4 && word !== WITHHELD) words.add(word);
  };
  for (const element of $('body *').toArray()) {
    const label = $(element);
    if (!isPersonalLabel(label)) continue;
    const value = valueAfter($, label);
    withhold(value);
    value.first().replaceWith(` ${WITHHELD}`);
    value.slice(1).remove();
  }
  return [...words].sort((a, b) => b.length - a.length);
}

function isPersonalLabel(element: Elements): boolean {
  if (element.children().length > 0) return false;
  const text = element.text().trim();
  if (text.length > LONGEST_LABEL || !PERSONAL_LABEL.test(text)) return false;
  if (text.endsWith(':') || element.is(LABEL)) return true;
  return NOTHING_BUT_A_LABEL.test(text) && !element.is(PRESSED);
}

/** The nodes between a label and the next label of its row; where there are none, those of the next element. */
function valueAfter($: ReturnType<typeof load>, label: Elements): Elements {
  const siblings = label.parent().contents().toArray();
  const after = siblings.slice(siblings.findIndex((node) => $(node).is(label)) + 1);
  const end = after.findIndex((node) => $(node).is(`${LABEL}, br`) && $(node).text().trim() !== WITHHELD);
  const row = end < 0 ? after : after.slice(0, end);
  // Blanks around the value go with it: left behind they would make another text each time a page is redacted.
  const inRow = row.some((node) => $(node).text().trim() !== '') ? row : [];
  return inRow.length > 0 || !label.is(':last-child') ? $(inRow) : label.parent().next().contents();
}

function cleaner(names: readonly string[]): (text: string) => string {
  const patterns = names.map((name) => new RegExp(escapePattern(name).replaceAll(' ', '\\s+'), 'gi'));
  return (text) => {
    const withoutNames = patterns.reduce((rest, pattern) => rest.replace(pattern, WITHHELD), text);
    return withoutContacts(withoutNames);
  };
}

/** The attribute's value as it may be kept; null when the attribute goes. */
function attribute(name: string, value: string, clean: (text: string) => string): string | null {
  if (name.startsWith('on') || name === 'style' || name === 'srcset') return null;
  if (name === 'class' || name === 'id') return value;
  if (/^(mailto|tel|sms):/i.test(value)) return WITHHELD;
  if (/^data:/i.test(value)) return IMAGE;
  return name.startsWith('data-') && PERSONAL_ATTRIBUTE.test(name) ? WITHHELD : clean(value);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

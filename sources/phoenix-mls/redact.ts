import { load } from 'cheerio';
import type { RawBody } from '../../core/raw-payload.js';
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
const NO_CONTENT = new Set(['script', 'noscript', 'style', 'template', 'iframe', 'svg', 'object', 'embed']);
/** A results page has 25 cards with a few labels each; what has more is no page of the site, and takes too long. */
const MOST_LABELS = 300;
/** A longer value is withheld where it stands, and not looked for elsewhere. */
const LONGEST_NAME = 200;
/** No text of a page is longer (remarks: 4,000 characters, assumed); one that is goes unread. */
const LONGEST_TEXT = 20_000;
const COMMENT_NODE = 8;
const TEXT_NODE = 3;

/**
 * Takes agents, owners, telephone numbers and mail addresses out of a page, and all that no fact is read from: scripts,
 * handlers, styles, comments, pictures in the page. Pure and idempotent.
 */
export function redactPage(body: RawBody): RawBody {
  if (body.type !== 'html') return body;
  const $ = load(body.html);
  for (const node of nodesOf($)) removeDead(node);
  const names = withholdRows($);
  if (names === null) return { type: 'html', html: `<html><head></head><body>${WITHHELD}</body></html>` };
  const clean = cleaner(names);
  for (const node of nodesOf($)) {
    if (node.nodeType === TEXT_NODE && 'data' in node) node.data = clean(node.data);
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

type Page = ReturnType<typeof load>;
type Node = Exclude<Parameters<typeof load>[0], string | Buffer | readonly unknown[]>;

/** Every node of a page, each before its children. Neither depth nor width costs more than their number. */
function* nodesOf($: Page): Iterable<Node> {
  const open: Node[] = $.root().toArray();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    if ('children' in node) for (const child of node.children) open.push(child);
  }
}

/** Takes comments and elements without content out of the children of a node, all at once. */
function removeDead(node: Node): void {
  if (!('children' in node)) return;
  const kept = node.children.filter(
    (child) => child.nodeType !== COMMENT_NODE && !('name' in child && NO_CONTENT.has(child.name)),
  );
  if (kept.length === node.children.length) return;
  node.children = kept;
  for (const [at, child] of kept.entries()) {
    child.prev = kept[at - 1] ?? null;
    child.next = kept[at + 1] ?? null;
  }
}

/**
 * Withholds what follows a personal label, in whatever elements a template prints it: a page in a new layout is stored too.
 * @returns the words withheld, since they may stand elsewhere on the page as well; null for more labels than a page can have
 */
function withholdRows($: Page): readonly string[] | null {
  const words = new Set<string>();
  let labels = 0;
  const withhold = (value: Elements) => {
    const word = value.text().replace(/\s+/g, ' ').trim();
    if (word.length >= 4 && word.length <= LONGEST_NAME && word !== WITHHELD) words.add(word);
  };
  for (const element of $('body *').toArray()) {
    const label = $(element);
    if (!isPersonalLabel(label)) continue;
    labels += 1;
    if (labels > MOST_LABELS) return null;
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
function valueAfter($: Page, label: Elements): Elements {
  const siblings = label.parent().contents().toArray();
  const [own] = label.toArray();
  const after = own === undefined ? [] : siblings.slice(siblings.indexOf(own) + 1);
  const end = after.findIndex((node) => $(node).is(`${LABEL}, br`) && $(node).text().trim() !== WITHHELD);
  const row = end < 0 ? after : after.slice(0, end);
  // Blanks around the value go with it: left behind they would make another text each time a page is redacted.
  const inRow = row.some((node) => $(node).text().trim() !== '') ? row : [];
  return inRow.length > 0 || !label.is(':last-child') ? $(inRow) : label.parent().next().contents();
}

function cleaner(names: readonly string[]): (text: string) => string {
  const words = names.map((name) => escapePattern(name).replaceAll(' ', '\\s+'));
  const pattern = words.length === 0 ? null : new RegExp(words.join('|'), 'gi');
  return (text) => {
    if (text.length > LONGEST_TEXT) return WITHHELD;
    return withoutContacts(pattern === null ? text : text.replace(pattern, WITHHELD));
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

import { load } from 'cheerio';
import type { RawBody } from '../../core/source.js';

/** What stands in the place of personal words. */
const WITHHELD = '[withheld]';
const IMAGE = '[image]';

/** Labels whose values are about a person. Offices stay: their names are the attribution that must go with the data. */
const PERSONAL_LABEL =
  /\b(agent|member|owner|seller|tenant|occupant|contact|phone|mobile|fax|e-?mail|showing|lockbox)\b/i;
const PERSONAL_ATTRIBUTE = /agent|owner|seller|phone|email|contact/i;
const NO_CONTENT = 'script, noscript, style, template, iframe, svg, object, embed';
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
/** North American numbers with separators; parcel numbers (3-2-3) and ZIP+4 (5-4) have another rhythm. */
const PHONE = /(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\b\d{3}[-. ])\d{3}[-. ]\d{4}\b/g;
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

/** Withholds the values of personal rows. @returns the words withheld, since they may stand elsewhere on the page too */
function withholdRows($: ReturnType<typeof load>): readonly string[] {
  const words = new Set<string>();
  const withhold = (text: string) => {
    const word = text.replace(/\s+/g, ' ').trim();
    if (word.length >= 4 && word !== WITHHELD) words.add(word);
  };
  $('.flexmls_connect__ld_property_detail > b').each((_index, bold) => {
    if (!PERSONAL_LABEL.test($(bold).text())) return;
    const row = $(bold).parent();
    withhold(row.text().slice($(bold).text().length));
    row.contents().not(bold).remove();
    row.append(` ${WITHHELD}`);
  });
  $('.flexmls_connect__field_label').each((_index, label) => {
    if (!PERSONAL_LABEL.test($(label).text())) return;
    const value = $(label).siblings('.flexmls_connect__field_value');
    withhold(value.text());
    value.text(WITHHELD);
  });
  return [...words].sort((a, b) => b.length - a.length);
}

function cleaner(names: readonly string[]): (text: string) => string {
  const patterns = names.map((name) => new RegExp(escapePattern(name).replaceAll(' ', '\\s+'), 'gi'));
  return (text) => {
    const withoutNames = patterns.reduce((rest, pattern) => rest.replace(pattern, WITHHELD), text);
    return withoutNames.replace(EMAIL, WITHHELD).replace(PHONE, WITHHELD);
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

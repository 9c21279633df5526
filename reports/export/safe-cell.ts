/** What spreadsheets take for the beginning of a formula, in every width (NFKC makes the full-width forms plain). */
const STARTS = ['=', '+', '-', '@'];
/** White space, marks that do not show, and quotation marks: programs drop them before they look. */
const DROPPED = /^[\s\p{Cc}\p{Cf}\p{Z}"'`´‘’‚‛“”„‟«»‹›]+/u;
/** A cell that begins so may be taken for the next field, or is dropped before the look. */
const BEGINS_WITH_CONTROL = /^[\t\r\n]/;
/** Where another program may cut a cell: lines, and the separators of other tables than ours. */
const CUTS = /([\t\r\n;|])/;
const PLAIN_NUMBER = /^[+-]?\d{1,15}(\.\d{1,15})?$/;

/**
 * Makes a text safe for a spreadsheet: an apostrophe is put in front of what would be run as a formula, at the beginning and behind
 * each place where a program may cut the cell (tab, line end, `;`, `|`). Plain numbers stay. Pure.
 */
export function safeCell(text: string): string {
  if (PLAIN_NUMBER.test(text)) return text;
  const parts = text.split(CUTS);
  const safe = parts.map((part) => (wouldRun(part) ? `'${part}` : part)).join('');
  return BEGINS_WITH_CONTROL.test(text) ? `'${safe}` : safe;
}

function wouldRun(part: string): boolean {
  const [first = ''] = part.replace(DROPPED, '').normalize('NFKC');
  return STARTS.includes(first);
}

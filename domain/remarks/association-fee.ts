import { clauseBefore, deniedBy, sentenceOf } from './clauses.js';
import type { Statement } from './topics.js';

const ASSOCIATION = /\b(?:H\.?O\.?A\.?s?|homeowners?'? association|association|assessment|dues)(?!\w)/gi;
const AMOUNT =
  /\$\s?(?<dollars>\d[\d,]*(?:\.\d\d)?)(?!\d|\.\d)|\b(?<bare>\d{2,4})(?=\s?(?:\/|per |a |each |every |monthly|quarterly|yearly|annual|semi))/gi;
/** Behind or before an amount: how often it is paid. */
const PERIODS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:semi-?annual|half-?yearly|twice a year|bi-?annual)/i, 'half-yearly'],
  [/\b(?:mo|month|monthly|mth|mos|mes)\b/i, 'monthly'],
  [/\b(?:q|qtr|quarter|quarterly)\b/i, 'quarterly'],
  [/\b(?:y|yr|year|yearly|annual|annually|annum)\b/i, 'yearly'],
  [/\b(?:wk|week|weekly)\b/i, 'weekly'],
];
const OTHER_MONEY =
  /\b(?:transfer|one-?time|capital|disclosure fees?|initial|application|working|set-?up|voluntary|optional|tax(?:es)?|solar)\b/i;
const RANGE = /\bbetween\b[^.!?]*\$[^.!?]*\band\b|\$\s?\d[\d,.]*\s?(?:-|to)\s?\$?\d/i;

/**
 * Fees of associations in folded text: one statement a mention without an amount, one a fee. Fees of several associations, and
 * ranges, are not read: which is whose is no question of form. A sentence with a total says that alone. Pure.
 */
export function feesIn(text: string): readonly Statement[] {
  const statements = new Map<string, Statement>();
  for (const match of text.matchAll(ASSOCIATION)) {
    const start = match.index;
    const end = start + match[0].length;
    for (const statement of ofMention(text, start, end))
      statements.set(`${statement.start} ${statement.end}`, statement);
  }
  return [...statements.values()];
}

function ofMention(text: string, start: number, end: number): readonly Statement[] {
  const before = clauseBefore(text, start);
  const denial = deniedBy(before, text.slice(end, end + 110));
  if (denial.denied) {
    const from = denial.from === null ? start : start - before.length + denial.from;
    return [{ topic: 'hoa', present: false, detail: null, start: from, end }];
  }
  const { from, to } = sentenceOf(text, start, end);
  const sentence = text.slice(from, to);
  const fees = RANGE.test(sentence) ? [] : amountsOf(sentence);
  if (fees.length === 0) return [{ topic: 'hoa', present: true, detail: null, start, end }];
  return fees.map((fee) => ({
    topic: 'hoa',
    present: true,
    detail: fee.period === null ? `$${fee.dollars}` : `$${fee.dollars} ${fee.period}`,
    start: Math.min(start, from + fee.from),
    end: Math.max(end, from + fee.to),
    completed: fee.period === null,
  }));
}

interface Amount {
  readonly dollars: string;
  readonly period: string | null;
  readonly from: number;
  readonly to: number;
}

function amountsOf(sentence: string): readonly Amount[] {
  const found: (Amount & { readonly total: boolean })[] = [];
  for (const match of sentence.matchAll(AMOUNT)) {
    const dollars = (match.groups?.dollars ?? match.groups?.bare ?? '').replace(/,$/, '');
    const from = match.index;
    const to = from + match[0].length;
    const before = sentence.slice(Math.max(0, from - 30), from);
    const after = sentence.slice(to, to + 30);
    const near = /^[^,;()$]*/.exec(after)?.[0] ?? '';
    if (Number(dollars.replaceAll(',', '')) === 0) continue;
    if (OTHER_MONEY.test(`${lastPart(before)} ${near}`)) continue;
    const behind = /^\s*(?:\/|per |an? |each |every |paid |billed |\()*\s*[a-z-]*/i.exec(after)?.[0] ?? '';
    const period = periodOf(behind) ?? periodOf(near) ?? periodOf(before);
    found.push({
      dollars,
      period,
      from,
      to: to + (periodOf(behind) === null ? 0 : behind.length),
      total: /^[^,;$]{0,4}\btotal\b/i.test(near),
    });
  }
  const total = found.filter((amount) => amount.total);
  return total.length === 1 ? total : found;
}

function lastPart(before: string): string {
  return /[^,;()$]*$/.exec(before)?.[0] ?? '';
}

/** `monthly`, `quarterly`, `half-yearly`, `yearly`, `weekly`: how often the words say that something is paid; null when they do not. */
export function periodOf(words: string): string | null {
  return PERIODS.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

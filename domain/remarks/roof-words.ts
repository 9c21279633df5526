import { clauseBefore, deniedBy, sentenceOf } from './clauses.js';
import type { Statement } from './topics.js';

const ROOF = /\b(?:roof(?:s|ing)?|(?:wood )?shakes?)\b/gi;
const MATERIAL =
  /\b(?:(?:concrete|clay|spanish|barrel|s|asphalt|composition|comp|architectural|dimensional)[- ](?:and \w+ )?)?(?:tiles?|shingles?|foam|metal|steel)\b/gi;
/** What the same words are of, where no roof is meant. */
const NOT_OF_ROOF =
  /^[- ]*(?:floors?|flooring|showers?|counters?|surround|backsplash|insulation|entry|throughout|fenc|gate|building|shed)/i;
const BARE = /\b(?:comp)[- ]roof/i;
const YEAR = /(?:\b(?<full>(?:19[5-9]|20[0-4])\d)\b|'(?<short>\d\d)\b)/g;
/** Work on a roof that leaves it as old as it was. */
const NOT_NEW =
  /\b(?:re-?coat(?:ed|ing)?|coat(?:ed|ing)|inspect(?:ed|ion)|underlay\w*|serviced|repair(?:ed|s)?|cleaned|sealed|built)\b/i;
const WINDOW = 60;

/** Materials and years of roofs in folded text: one statement each. Pure. */
export function roofsIn(text: string): readonly Statement[] {
  const found = new Map<string, Statement>();
  for (const match of text.matchAll(ROOF)) {
    const start = match.index;
    const end = start + match[0].length;
    const before = clauseBefore(text, start);
    if (deniedBy(before, '').denied) continue;
    for (const statement of [...materialsOf(text, start, end), ...yearsOf(text, start, end)]) {
      const key = `${statement.topic} ${statement.detail}`;
      if (!found.has(key)) found.set(key, statement);
    }
  }
  return [...found.values()];
}

function materialsOf(text: string, start: number, end: number): readonly Statement[] {
  const { from, to } = sentenceOf(text, start, end);
  const left = Math.max(from, start - WINDOW);
  const near = text.slice(left, Math.min(to, end + WINDOW));
  const found: Statement[] = [];
  for (const match of near.matchAll(MATERIAL)) {
    const at = left + match.index;
    const stop = at + match[0].length;
    if (NOT_OF_ROOF.test(text.slice(stop, stop + 25)) || /\bspray $/i.test(text.slice(0, at).slice(-6))) continue;
    if (/^[^.!?;,]{0,4}\breplaced (?:by|with)\b/i.test(text.slice(stop, stop + 20))) continue;
    found.push(statementOf('roof', kindOf(match[0]), Math.min(start, at), Math.max(end, stop)));
  }
  if (BARE.test(text.slice(Math.max(0, start - 5), end))) found.push(statementOf('roof', 'shingle', start - 5, end));
  return found;
}

/** `concrete tile`, `asphalt shingle`, `foam`, `metal`: small letters, one of its kind. */
function kindOf(words: string): string {
  const kind = words
    .toLowerCase()
    .replace(/s$/, '')
    .replace(/^s[- ]/, '')
    .replace('composition', 'comp');
  return kind.replace('steel', 'metal').replace(/ and \w+(?= )/, '');
}

function yearsOf(text: string, start: number, end: number): readonly Statement[] {
  const clause = { from: start - clauseBefore(text, start).length, to: clauseEnd(text, end) };
  const words = text.slice(clause.from, clause.to);
  if (NOT_NEW.test(words)) return [];
  const found: Statement[] = [];
  for (const match of words.matchAll(YEAR)) {
    const at = clause.from + match.index;
    const stop = at + match[0].length;
    const isNear = at >= end ? at - end <= 40 : start - stop <= 12;
    if (isNear) found.push(statementOf('roof year', yearOf(match), Math.min(start, at), Math.max(end, stop)));
  }
  return found;
}

function yearOf({ groups }: RegExpExecArray): string {
  if (groups?.full !== undefined) return groups.full;
  const short = Number(groups?.short);
  return String(short < 50 ? 2000 + short : 1900 + short);
}

function clauseEnd(text: string, end: number): number {
  const stop = /[.!?;,\n(]|\band\b/i.exec(text.slice(end, end + 60))?.index;
  return end + (stop ?? Math.min(60, text.length - end));
}

function statementOf(topic: 'roof' | 'roof year', detail: string, start: number, end: number): Statement {
  return { topic, present: true, detail, start, end };
}

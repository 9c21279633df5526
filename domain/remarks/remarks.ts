import type { Confidence } from '../../core/schemas/text-facts.js';
import { type FoldedText, foldText } from '../fold-text.js';
import { blankHostile } from '../hostile-text.js';
import { feesIn } from './association-fee.js';
import { clauseBefore, deniedBy, sentenceAround } from './clauses.js';
import { roofsIn } from './roof-words.js';
import { REMARK_RULES, type RemarkRule } from './rules.js';
import { REMARK_TOPICS, type RemarkFinding, type Statement } from './topics.js';

/**
 * Reads remarks by rules. A denied thing ("no pool", "without HOA") is found as not present; a thing that is elsewhere or only
 * possible ("room for a pool", "near the community pool") is not found. A topic of which the remarks say both yes and no is
 * left out. The first statement of a topic stands for it; for `cooling` and `roof` one per kind. Sentences that speak to a machine
 * are not read.
 */
export function readRemarks(remarks: string): readonly RemarkFinding[] {
  const found = findStatements(blankHostile(remarks));
  return REMARK_TOPICS.flatMap((topic) => settle(found.filter((finding) => finding.topic === topic)));
}

/** Every single statement of a text, in its order, contradictions and bare mentions ("HOA") included. */
export function findStatements(text: string): readonly RemarkFinding[] {
  const folded = foldText(text);
  const all = [
    ...REMARK_RULES.flatMap((rule) => statementsOf(rule, folded.text)),
    ...feesIn(folded.text),
    ...roofsIn(folded.text),
  ];
  const shared = all.filter(({ topic }) => topic === 'community pool');
  return all
    .filter(
      ({ topic, start }) => topic !== 'pool' || !shared.some((other) => other.start <= start && start < other.end),
    )
    .map((statement) => placed(statement, folded))
    .sort((a, b) => a.start - b.start);
}

/**
 * `low`: the sentence itself is not sure ("per seller", "about", "buyer to verify"). `medium`: a short form, a slip of spelling or a
 * word of another language was read as the word it stands for, or code completed what the words leave out. `high`: whole words
 * that say it plainly.
 */
function confidenceOf({ start, end, completed }: Statement, folded: FoldedText): Confidence {
  if (UNSURE.test(sentenceAround(folded.text, start, end))) return 'low';
  return completed || folded.replaced(start, end) ? 'medium' : 'high';
}

const UNSURE =
  /\b(?:believed?|believes|appears?|appeared|seems?|supposed(?:ly)?|reported(?:ly)?|thought|may|might|could|possibly|perhaps|maybe|about|approx\w*|roughly|assumed to|unverified|unknown|(?:seller|owner|agent|tenant)s? (?:says?|states?|thinks?)|(?:buyers? )?(?:to|must|should) verify|per (?:the )?(?:seller|owner|tenant|prior|previous)\b|tbd|old photos)\b/i;

function placed(statement: Statement, folded: FoldedText): RemarkFinding {
  const { topic, present, detail, start, end } = statement;
  return { topic, present, detail, confidence: confidenceOf(statement, folded), ...folded.origin(start, end) };
}

/** Right before a thing: a list that began with what is only possible, "room to add a pool, a casita or an". */
const PLANNED_LIST =
  /\b(?:room|space) (?:for|to \w+) an? [\w ]{1,20}(?:, an? [\w ]{1,20}){0,3}(?:,|,? or| and)? an? $/i;

function statementsOf(rule: RemarkRule, text: string): readonly Statement[] {
  const found: Statement[] = [];
  for (const match of text.matchAll(rule.pattern)) {
    const start = match.index;
    const end = start + match[0].length;
    const before = clauseBefore(text, start);
    const after = text.slice(end, end + 110);
    if (rule.unlessAfter?.test(after) || rule.unlessBefore?.test(before)) continue;
    if (PLANNED_LIST.test(text.slice(Math.max(0, start - 80), start))) continue;
    const denial = deniedBy(before, after, rule.goneAfter);
    if (rule.onlyDenied && !denial.denied) continue;
    const detail = rule.detail?.(match, sentenceAround(text, start, end)) ?? null;
    // The span of a denial begins with its "no", so that the words alone show what they say.
    const from = denial.from === null ? start : start - before.length + denial.from;
    found.push({
      topic: rule.topic,
      present: !denial.denied,
      detail,
      start: from,
      end,
      completed: rule.short === true,
    });
  }
  return found;
}

/** Drops what contradicts itself; keeps the statement that tells most, then the first. */
function settle(found: readonly RemarkFinding[]): readonly RemarkFinding[] {
  const first = found[0];
  if (first === undefined) return [];
  // A home may have one kind of cooling and not the other, and two roofs: each kind is settled by itself.
  if (first.topic === 'cooling' || first.topic === 'roof')
    return [...new Set(found.map(({ detail }) => detail))].flatMap((kind) => one(found, kind));
  // "HOA" alone says neither that there is a fee nor how much.
  const said = first.topic === 'hoa' ? found.filter(({ present, detail }) => !present || detail !== null) : found;
  const [leading] = said;
  if (leading === undefined || said.some(({ present }) => present !== leading.present)) return [];
  const told = said.filter(({ detail }) => detail !== null);
  if (new Set(told.map(({ detail }) => detail)).size > 1) return [];
  return [told[0] ?? leading];
}

function one(found: readonly RemarkFinding[], kind: string | null): readonly RemarkFinding[] {
  const same = found.filter(({ detail }) => detail === kind);
  return same.every(({ present }) => present) ? same.slice(0, 1) : [];
}

/** What remarks can tell that no field of a source does. */
export const REMARK_TOPICS = [
  'pool',
  'community pool',
  'solar',
  'flood irrigation',
  'hoa',
  'garage',
  'cooling',
  'roof',
  'rv parking',
  'guest house',
  'fireplace',
  'updated kitchen',
  'covered patio',
  'corner lot',
  'cul-de-sac lot',
  'vaulted ceilings',
  'fenced yard',
] as const;
export type RemarkTopic = (typeof REMARK_TOPICS)[number];

/** One statement of the remarks: what, and where it stands. */
export interface RemarkFinding {
  readonly topic: RemarkTopic;
  /** False: the remarks say that there is none. */
  readonly present: boolean;
  /** What the remarks add: `owned`, `leased`, `tile`, `evaporative`, `$45 monthly`, `2`; null for no more than "there is one". */
  readonly detail: string | null;
  /** Span in the remarks, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

interface Rule {
  readonly topic: RemarkTopic;
  readonly pattern: RegExp;
  readonly detail?: (match: RegExpExecArray, sentence: string) => string | null;
  /** Words before it in its clause, or right behind it, that make it something else than a thing of this home. */
  readonly unlessBefore?: RegExp;
  readonly unlessAfter?: RegExp;
}

const NOT_HERE =
  /\b(?:room|space|plans?|possible|potential|future|ready|add|build|imagine|near|nearby|close to|walk(?:ing)?|minutes|neighbou?r'?s?'?)\b/i;
const SHARED = /\b(?:community|neighbou?rhood|complex|subdivision|shared)\b|\b(?:hoa|association)(?:'s)? $/i;
const PERIODS: readonly (readonly [RegExp, string])[] = [
  [/^mo/i, 'monthly'],
  [/^q/i, 'quarterly'],
  [/^(?:y|an)/i, 'yearly'],
];

const RULES: readonly Rule[] = [
  { topic: 'community pool', pattern: /\b(?:community|comm\.?|neighbou?rhood|shared) (?:swimming )?pools?\b/gi },
  {
    topic: 'pool',
    pattern: /\b(?:swimming )?pool\b/gi,
    unlessBefore: new RegExp(`${NOT_HERE.source}|${SHARED.source}`, 'i'),
    unlessAfter: /^[- ]*(?:siz|table|ready|permit|potential|possib|house\b|hall|room\b)/i,
  },
  {
    topic: 'solar',
    pattern:
      /\b(?:(?:owned|leased|paid[- ]off) )?(?:solar|PV)\b(?: (?:panels?|systems?|array|power|electric(?:ity)?))?/gi,
    detail: solarDetail,
    unlessBefore: NOT_HERE,
    unlessAfter:
      /^[- ]*(?:screens?|ready|lights?|lighting|tubes?|shades?|prewired|pre-wired|potential|heat(?:ed|er|ing)|water)/i,
  },
  {
    topic: 'flood irrigation',
    pattern: /\b(?:flood[- ]?irrig(?:ated|ation)?|irrigated (?:lot|yard|land)|irrigation rights)\b/gi,
  },
  {
    topic: 'hoa',
    pattern:
      /\b(?:HOA|homeowners'? association|association)\b(?:[^.;!?$]{0,40}\$\s?(?<after>\d[\d,]*)(?:\.\d\d)?(?:\s|\/|per\b|an?\b|each\b|every\b){0,3}(?<afterPeriod>mo\w*|q\w+|y\w+|annual\w*)?)?/gi,
    detail: feeDetail,
  },
  {
    topic: 'hoa',
    pattern:
      /(?:(?<before>monthly|quarterly|yearly|annual)(?: \w+){0,2} )?\$\s?(?<after>\d[\d,]*)(?:\.\d\d)?(?:\s|\/|per\b|an?\b|each\b|every\b){0,3}(?<afterPeriod>mo\w*|q\w+|y\w+|annual\w*)?[ -]*(?:the )?(?:HOA|homeowners'? association|association)\b/gi,
    detail: feeDetail,
  },
  {
    topic: 'garage',
    pattern: /\b(?:(?<count>[1-9]|one|two|three|four)[- ]?car )garage\b/gi,
    detail: (match) => countOf(match.groups?.count),
    unlessBefore: NOT_HERE,
  },
  {
    topic: 'cooling',
    pattern: /\b(?:evap(?:orative)?\b(?: cool(?:er|ing))?|swamp cool(?:er|ing))/gi,
    detail: () => 'evaporative',
  },
  {
    topic: 'cooling',
    pattern:
      /\b(?:refrigerat(?:ed|ion)(?: (?:air|cooling|a\/?c))?|central (?:air|cooling)|air[- ]condition(?:ing|ers?|ed)|a\/c\b|(?<![\d.] ?)ac)\b/gi,
    detail: () => 'refrigeration',
  },
  {
    topic: 'roof',
    pattern:
      /\b(?<kind>(?:concrete |clay |spanish )?tile|(?:asphalt |composition )?shingle|foam|metal)(?: and (?:foam|tile|shingle|metal))?[- ]roof(?:ing)?\b|\broof(?:ing)?(?: is| of|:)? (?:new |newer |a )?(?<kindAfter>(?:concrete |clay )?tile|shingle|foam|metal)\b/gi,
    detail: (match) => (match.groups?.kind ?? match.groups?.kindAfter ?? '').toLowerCase(),
  },
  { topic: 'rv parking', pattern: /\bRV (?:gate|parking|garage|access|hook-?ups?)\b/gi, unlessBefore: NOT_HERE },
  { topic: 'guest house', pattern: /\b(?:guest house|guesthouse|casita)\b/gi, unlessBefore: NOT_HERE },
  { topic: 'fireplace', pattern: /\bfireplace\b/gi, unlessBefore: NOT_HERE },
  { topic: 'updated kitchen', pattern: /\b(?:updated|remodell?ed|renovated|brand new|new) kitchen\b/gi },
  { topic: 'covered patio', pattern: /\bcovered (?:back |front |rear )?patio\b/gi, unlessBefore: NOT_HERE },
  { topic: 'corner lot', pattern: /\bcorner lot\b/gi },
  { topic: 'cul-de-sac lot', pattern: /\bcul[- ]de[- ]sac(?: lot)?\b/gi },
  { topic: 'vaulted ceilings', pattern: /\bvaulted ceilings?\b/gi },
  { topic: 'fenced yard', pattern: /\bfenced (?:back ?|front ?|rear )?yard\b/gi },
];

const DENIED_BEFORE =
  /\b(?:no|not|without|never|lacks?|lacking|zero|non|neither|nor|isn't|hasn't|doesn't|don't|didn't)\b(?! (?:only|just|to mention)\b)/i;
const DENIED_AFTER =
  /^(?:\s*(?:[:–?-]|is|are|fees?:?|dues?:?|cost:?)){0,2}\s*(?:none\b|no\b(?! \w+ing)|n\/a\b|\$0\b)|^-free\b|^ free\b/i;
/** Behind a thing, in the same clause: it was there once. */
const GONE_AFTER = /^[^.!?;]{0,50}\b(?:capped|removed|disconnected|discontinued|not connected|no longer|filled in)\b/i;
const CLAUSE_END = /[.!?;,:•*|\n]|\b(?:but|with|plus|and an?)\b/gi;

/**
 * Reads remarks by rules. A denied thing ("no pool", "without HOA") is found as not present; a thing that is elsewhere or only
 * possible ("room for a pool", "near the community pool") is not found. A topic of which the remarks say both yes and no is
 * left out. The first statement of a topic stands for it; for `cooling` one per kind.
 */
export function readRemarks(remarks: string): readonly RemarkFinding[] {
  const found = findStatements(remarks);
  return REMARK_TOPICS.flatMap((topic) => settle(found.filter((finding) => finding.topic === topic)));
}

/** Every single statement of a text, in its order, contradictions and bare mentions ("HOA") included. */
export function findStatements(text: string): readonly RemarkFinding[] {
  const all = RULES.flatMap((rule) => findingsOf(rule, text)).sort((a, b) => a.start - b.start);
  const shared = all.filter(({ topic }) => topic === 'community pool');
  return all.filter(
    ({ topic, start }) => topic !== 'pool' || !shared.some((other) => other.start <= start && start < other.end),
  );
}

function findingsOf(rule: Rule, remarks: string): readonly RemarkFinding[] {
  const found: RemarkFinding[] = [];
  for (const match of remarks.matchAll(rule.pattern)) {
    const start = match.index;
    const end = start + match[0].length;
    const before = clauseBefore(remarks, start);
    const after = remarks.slice(end, end + 70);
    if (rule.unlessAfter?.test(after)) continue;
    const denial = DENIED_BEFORE.exec(before);
    const present = denial === null && !DENIED_AFTER.test(after) && !GONE_AFTER.test(after);
    if (rule.unlessBefore?.test(before)) continue;
    const detail = rule.detail?.(match, sentenceAround(remarks, start, end)) ?? null;
    // The span of a denial begins with its "no", so that the words alone show what they say.
    const from = denial === null ? start : start - before.length + denial.index;
    found.push({ topic: rule.topic, present, detail, start: from, end });
  }
  return found;
}

/** Drops what contradicts itself; keeps the statement that tells most, then the first. */
function settle(found: readonly RemarkFinding[]): readonly RemarkFinding[] {
  const first = found[0];
  if (first === undefined) return [];
  // A home may have one kind of cooling and not the other: each kind is settled by itself.
  if (first.topic === 'cooling')
    return [...new Set(found.map(({ detail }) => detail))].flatMap((kind) => one(found, kind));
  if (found.some(({ present }) => present !== first.present)) return [];
  const told = found.filter(({ detail }) => detail !== null);
  if (new Set(told.map(({ detail }) => detail)).size > 1) return first.topic === 'roof' ? told.slice(0, 1) : [];
  const best = told[0] ?? first;
  // "HOA" alone says neither that there is a fee nor how much.
  return best.topic === 'hoa' && best.present && best.detail === null ? [] : [best];
}

function one(found: readonly RemarkFinding[], kind: string | null): readonly RemarkFinding[] {
  const same = found.filter(({ detail }) => detail === kind);
  return same.every(({ present }) => present) ? same.slice(0, 1) : [];
}

function clauseBefore(remarks: string, start: number): string {
  const before = remarks.slice(Math.max(0, start - 60), start);
  let from = 0;
  for (const match of before.matchAll(CLAUSE_END)) from = match.index + match[0].length;
  return before.slice(from);
}

/** The sentence a span stands in, at most 200 characters to each side. */
function sentenceAround(remarks: string, start: number, end: number): string {
  const before = remarks.slice(Math.max(0, start - 200), start);
  const after = remarks.slice(end, end + 200);
  const from = Math.max(...['. ', '! ', '? ', '; ', '\n'].map((mark) => before.lastIndexOf(mark) + 1));
  const stop = /[.!?;\n]/.exec(after)?.index ?? after.length;
  return `${before.slice(from)}${remarks.slice(start, end)}${after.slice(0, stop)}`;
}

function solarDetail(_match: RegExpExecArray, sentence: string): string | null {
  const said = sentence.replace(/\b(?:not|no|never)\s+(?:\w+\s+)?(?:leased?|owned)\b/gi, '');
  const owned = /\b(?:own(?:s|ed)|paid[- ]?(?:off|for)|fully paid|purchased|bought|free and clear)\b/i.test(said);
  const leased = /\b(?:leased?|ppa|power purchase|rented)\b/i.test(said);
  if (owned === leased) return null;
  return owned ? 'owned' : 'leased';
}

function feeDetail(match: RegExpExecArray): string | null {
  const amount = match.groups?.after;
  if (amount === undefined || Number(amount.replaceAll(',', '')) === 0) return null;
  const period = PERIODS.find(([pattern]) =>
    pattern.test(match.groups?.afterPeriod ?? match.groups?.before ?? ''),
  )?.[1];
  return period === undefined ? `$${amount}` : `$${amount} ${period}`;
}

function countOf(word: string | undefined): string | null {
  const numbers: Readonly<Record<string, string>> = { one: '1', two: '2', three: '3', four: '4' };
  return word === undefined ? null : (numbers[word.toLowerCase()] ?? word);
}

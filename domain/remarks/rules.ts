import type { RemarkTopic } from './topics.js';

/** How a thing of remarks is recognised in folded text. */
export interface RemarkRule {
  readonly topic: RemarkTopic;
  readonly pattern: RegExp;
  readonly detail?: (match: RegExpExecArray, sentence: string) => string | null;
  /** Words before it in its clause, or right behind it, that make it something else than a thing of this home. */
  readonly unlessBefore?: RegExp;
  readonly unlessAfter?: RegExp;
  /** Words behind it that say that it is no longer there, besides the common ones. */
  readonly goneAfter?: RegExp;
  /** The words alone say too little ("irrigation"), but their denial says enough. */
  readonly onlyDenied?: true;
  /** The words are a short form, or mean the thing without naming it. */
  readonly short?: true;
}

const NOT_HERE =
  /\b(?:room|rooms|space|plans?|possible|potential|future|ready|add|build|imagine|near|nearby|close to|walk(?:ing)?|minutes|neighbou?r'?s?'?|dream|backs|overlook(?:s|ing)?|down the|across)\b/i;
const SHARED =
  /\b(?:community|neighbou?rhood|complex|subdivision|shared|common|resident'?s'?|olympic|rooftop)\b|\b(?:hoa|association)(?:'s)? $/i;
/** One thing of a list that begins with what is only possible: "room for a pool, a casita or an RV garage". */
const ONLY_PLANNED = /^[^.!?]{0,60}\b(?:not built|to be built|potential|possibilit(?:y|ies))\b/i;

/** Order says nothing; fees and roofs are read by `association-fee.ts` and `roof-words.ts`. */
export const REMARK_RULES: readonly RemarkRule[] = [
  {
    topic: 'community pool',
    pattern: /\b(?:community|neighbou?rhood|shared|common|residents'?) (?:(?:heated|swimming|lap) )*pools?\b/gi,
  },
  {
    topic: 'community pool',
    pattern: /\bcommunity (?:has|with|offers|features|includes|boasts)\b[^.!?;]{0,40}\bpools?\b/gi,
  },
  {
    topic: 'community pool',
    pattern: /\bpools?\b[^.!?;]{0,40}\bfor (?:all )?(?:the )?(?:residents|owners|members)\b/gi,
  },
  {
    topic: 'community pool',
    pattern: /\b(?:backs to|overlook(?:s|ing)|steps (?:to|from)|across from|next to|near) the (?:heated )?pool\b/gi,
    short: true,
  },
  {
    topic: 'pool',
    pattern: /\b(?:(?:private|own|diving|play|pebble[- ]?tec|heated|swimming) )*pool\b/gi,
    unlessBefore: new RegExp(`${NOT_HERE.source}|${SHARED.source}`, 'i'),
    unlessAfter: /^[- ]*(?:siz|table|ready|permit|potential|possib|house\b|hall|room\b|could|would)/i,
    goneAfter: ONLY_PLANNED,
  },
  {
    topic: 'solar',
    pattern:
      /\b(?:(?:owned|leased|paid[- ]off) )?(?:solar|PV)\b(?: (?:panels?|systems?|array|power|electric(?:ity)?))?|\bpanels (?:solar|(?:that were )?bought outright|under a lease)\b/gi,
    detail: solarDetail,
    unlessBefore: NOT_HERE,
    unlessAfter:
      /^[- ]*(?:screens?|ready|lights?|lighting|tubes?|shades?|prewired|pre-wired|potential|conduit|heat(?:ed|er|ing)|water)/i,
  },
  {
    topic: 'flood irrigation',
    pattern:
      /\b(?:flood[- ]?irrig(?:ated|ation)?|flood(?:s|ed)?\b[^.!?;]{0,50}\birrigation|irrigated (?:[\w/.]+ ){0,2}(?:lot|yard|land|acres?|pasture)|irrigation (?:lot|rights))\b/gi,
    unlessAfter: /^[^.!?;]{0,15}\b(?:available|possible)\b/i,
  },
  {
    topic: 'flood irrigation',
    pattern: /\birrigation\b/gi,
    unlessBefore: /\b(?:flood|drip|sprinkler)[- ]?$/i,
    unlessAfter: /^[^.!?;]{0,15}\b(?:drip|sprinklers?|timers?|leaks?)\b/i,
    onlyDenied: true,
    short: true,
  },
  {
    topic: 'garage',
    pattern:
      /\b(?<count>[1-9](?:\.5)?|one|two|three|four)(?<half>[- ]and[- ]a[- ]half)?[- ]?(?:car|stall|c)[- ]+(?:(?:tandem|attached|detached|oversized|extended|deep|side[- ]entry|split) )*garage\b/gi,
    detail: (match) => countOf(match),
    unlessBefore: NOT_HERE,
    goneAfter: /^[^.!?;]{0,20}\b(?:converted|enclosed)\b/i,
  },
  {
    topic: 'garage',
    pattern: /\b(?<![\d.])(?<count>[1-9](?:\.5)?) ?cg\b/gi,
    detail: (match) => countOf(match),
    short: true,
  },
  {
    topic: 'garage',
    pattern:
      /\b(?<count>[1-9]|one|two|three|four) (?:assigned |reserved )?garage (?:space|stall|bay)s?\b|\bgarage (?:for|para) (?<cars>[1-9]|one|two|three|four) (?:cars|carros|autos)\b/gi,
    detail: (match) => countOf(match),
  },
  {
    topic: 'garage',
    pattern: /\bgarage\b/gi,
    unlessBefore: /\b(?:RV|car|stall|c)[- ]?(?:\w+ ){0,2}$/i,
    goneAfter: /^[^.!?;]{0,12}\b(?:converted|enclosed)\b/i,
    onlyDenied: true,
  },
  {
    topic: 'cooling',
    pattern: /\b(?:evap(?:orative)?\b(?: cool(?:er|ing))?|swamp cool(?:er|ing))/gi,
    detail: () => 'evaporative',
  },
  {
    topic: 'cooling',
    pattern:
      /\b(?:refrigerat(?:ed|ion)(?: (?:air|cooling|a\/?c))?|central (?:heat(?:ing)? and )?(?:air|cooling)|air[- ]condition(?:ing|ers?|ed)|a\/c\b|(?<!\d ?)ac\b|mini[- ]?splits?|heat pump)/gi,
    detail: () => 'refrigeration',
    unlessAfter: /^ (?:lot|acres?|parcel|water heater)/i,
  },
  {
    topic: 'rv parking',
    pattern: /\bRV (?:gate|parking|garage|access|hook-?ups?|slab|pad)\b/gi,
    unlessBefore: NOT_HERE,
  },
  {
    topic: 'guest house',
    pattern: /\b(?:guest house|guesthouse|casita|guest quarters|(?:mother-)?in-law (?:suite|quarters)|granny flat)\b/gi,
    unlessBefore: NOT_HERE,
    goneAfter: ONLY_PLANNED,
  },
  { topic: 'fireplace', pattern: /\bfireplace\b/gi, unlessBefore: NOT_HERE },
  { topic: 'updated kitchen', pattern: /\b(?:updated|remodell?ed|renovated|brand new|new) kitchen\b/gi },
  { topic: 'covered patio', pattern: /\bcovered (?:back |front |rear )?patio\b/gi, unlessBefore: NOT_HERE },
  { topic: 'corner lot', pattern: /\bcorner lot\b/gi },
  { topic: 'cul-de-sac lot', pattern: /\bcul[- ]de[- ]sac(?: lot)?\b/gi },
  { topic: 'vaulted ceilings', pattern: /\bvaulted ceilings?\b/gi },
  { topic: 'fenced yard', pattern: /\bfenced (?:back ?|front ?|rear )?yard\b/gi },
];

function solarDetail(_match: RegExpExecArray, sentence: string): string | null {
  const said = sentence.replace(/\b(?:not|no|never)\s+(?:\w+\s+)?(?:leased?|owned|ppa)\b/gi, '');
  const owned = /\b(?:own(?:s|ed)|paid[- ]?(?:off|for)|fully paid|purchased|bought|free and clear)\b/i.test(said);
  const leased = /\b(?:leas(?:e|ed|ing)|ppa|power purchase|rented)\b/i.test(said);
  if (owned === leased) return null;
  return owned ? 'owned' : 'leased';
}

const NUMBERS: Readonly<Record<string, number>> = { one: 1, two: 2, three: 3, four: 4 };

function countOf({ groups }: RegExpExecArray): string | null {
  const word = groups?.count ?? groups?.cars;
  if (word === undefined) return null;
  const count = NUMBERS[word.toLowerCase()] ?? Number(word);
  return String(groups?.half === undefined ? count : count + 0.5);
}

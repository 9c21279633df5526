/** A text made plain to read, and where each of its characters comes from. */
export interface FoldedText {
  readonly text: string;
  /** Place in the text as it came: where the words of `start` to `end` (not included) begin and end there. */
  origin(start: number, end: number): { readonly start: number; readonly end: number };
  /** True when a word between the two was a short form, another language's or misspelt, and was read as another. */
  replaced(start: number, end: number): boolean;
}

/** Longest text that is read; what stands behind is no listing. */
const MAX_CHARS = 200_000;

/** Short forms of agents, and Spanish words beside which they stand in Phoenix. Whole words, lower case. */
const READ_AS: Readonly<Record<string, string>> = {
  rf: 'roof',
  shngl: 'shingle',
  shgl: 'shingle',
  shngle: 'shingle',
  gar: 'garage',
  garg: 'garage',
  assoc: 'association',
  assn: 'association',
  comm: 'community',
  pvt: 'private',
  irrig: 'irrigation',
  refrig: 'refrigeration',
  hvac: 'air conditioning',
  alberca: 'pool',
  piscina: 'pool',
  techo: 'roof',
  teja: 'tile',
  espuma: 'foam',
  tejas: 'shingle',
  sin: 'no',
  cochera: 'garage',
  mensual: 'monthly',
  mensuales: 'monthly',
  paneles: 'panels',
  solares: 'solar',
  propios: 'owned',
  rentados: 'leased',
  arrendados: 'leased',
  enfriador: 'evaporative cooler',
  evaporativo: 'evaporative',
  comunitaria: 'community',
};
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/^aire acondicionado\b/i, 'air conditioning'],
  [/^(?:alberca|piscina) comunitaria\b/i, 'community pool'],
  [/^no (?:hay|tiene|tienen)\b/i, 'no'],
  [/^al mes\b/i, 'monthly'],
  [/^(?:riego|irrigaci[oó]n) por inundaci[oó]n\b/i, 'flood irrigation'],
  [/^enfriador evaporativo\b/i, 'evaporative cooler'],
];
/** Words that misspelling hides most often; one letter more, less, wrong or two in turn are read as the word. */
const SPELLINGS = [
  'irrigation',
  'irrigated',
  'refrigerated',
  'refrigeration',
  'evaporative',
  'association',
  'swimming',
  'community',
  'shingle',
  'conditioning',
  'homeowners',
  'monthly',
  'quarterly',
] as const;

/**
 * Makes a text plain: signs that no one sees are left out, blanks, quotes and dashes are the common ones, short forms and slips of
 * spelling are the word that is meant. Letters of other scripts stay what they are. Pure; the work grows with the length alone.
 */
export function foldText(text: string): FoldedText {
  const starts: number[] = [];
  const ends: number[] = [];
  const others: boolean[] = [];
  let folded = '';
  const { plain, at } = withoutUnseen(text.slice(0, MAX_CHARS));
  const keep = (from: number, to: number) => {
    for (const place of at.slice(from, to)) {
      starts.push(place);
      ends.push(place + 1);
      others.push(false);
    }
    folded += plain.slice(from, to);
  };
  const put = (words: string, from: number, to: number) => {
    starts.push(...Array.from(words, () => at[from] ?? 0));
    ends.push(...Array.from(words, () => (at[to - 1] ?? 0) + 1));
    others.push(...Array.from(words, () => true));
    folded += words;
  };
  const known = new Map<string, string | null>();
  let from = 0;
  for (const { index, 0: word } of plain.matchAll(/\p{L}+/gu)) {
    // Inside a phrase that was read as a whole already.
    if (index < from) continue;
    const { words, length } = meantBy(word, plain, index, known);
    if (words === null) continue;
    keep(from, index);
    put(words, index, index + length);
    from = index + length;
  }
  keep(from, plain.length);
  return {
    text: folded,
    origin: (start, end) => ({ start: starts[start] ?? 0, end: ends[end - 1] ?? 0 }),
    replaced: (start, end) => others.slice(start, end).includes(true),
  };
}

/** Common signs for rare ones, one for one; what is not seen is dropped. `at` gives the place of each sign that stays. */
function withoutUnseen(text: string): { readonly plain: string; readonly at: readonly number[] } {
  const at: number[] = [];
  let plain = '';
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index] ?? '';
    if (/[^\n\t\P{C}]|[\u034f\ufe00-\ufe0f]/u.test(sign)) continue;
    plain += SIGNS.get(sign) ?? (/\s/.test(sign) && sign !== '\n' ? ' ' : sign);
    at.push(index);
  }
  return { plain, at };
}

const SIGNS: ReadonlyMap<string, string> = new Map([
  ...[...'‘’‚‛′`´'].map((sign) => [sign, "'"] as const),
  ...[...'“”„‟″'].map((sign) => [sign, '"'] as const),
  ...[...'‐‑‒–—―−'].map((sign) => [sign, '-'] as const),
  ...[...'！。？；：，'].map((sign, index) => [sign, '!.?;:,'[index] ?? sign] as const),
]);

/** What a word, or the phrase it begins, is read as; null when it is read as it stands. A point of a short form belongs to it. */
function meantBy(
  word: string,
  plain: string,
  index: number,
  known: Map<string, string | null>,
): { readonly words: string | null; readonly length: number } {
  const rest = plain.slice(index, index + 40);
  for (const [pattern, words] of PHRASES) {
    const phrase = pattern.exec(rest)?.[0];
    if (phrase !== undefined) return { words, length: phrase.length };
  }
  const lower = word.toLowerCase();
  const short = Object.hasOwn(READ_AS, lower) ? READ_AS[lower] : undefined;
  if (short !== undefined) {
    const point = /^\.(?= +[a-z])/.test(rest.slice(word.length)) ? 1 : 0;
    return { words: short, length: word.length + point };
  }
  let spelled = known.get(lower);
  if (spelled === undefined) {
    spelled = SPELLINGS.find((right) => isSlipOf(lower, right)) ?? null;
    known.set(lower, spelled);
  }
  return { words: spelled, length: word.length };
}

/** True for one letter more, less or another, or two neighbours in turn; never for the word itself. The first letter must hold. */
function isSlipOf(word: string, right: string): boolean {
  if (word === right || word[0] !== right[0] || Math.abs(word.length - right.length) > 1) return false;
  let at = 0;
  while (at < word.length && word[at] === right[at]) at += 1;
  const [left, rest] = [word.slice(at), right.slice(at)];
  if (left.slice(1) === rest.slice(1) || left.slice(1) === rest) return !/^s?$/.test(left);
  if (left === rest.slice(1)) return true;
  return left[0] === rest[1] && left[1] === rest[0] && left.slice(2) === rest.slice(2);
}

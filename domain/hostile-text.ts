/*
 * Text of listings is written by strangers. Some of it speaks to machines: orders, made-up answers, marks of conversations, code. None
 * of that says anything about a home, so it is blanked before rules or a model read. What is left are plain statements about the
 * home; whether those are true is not a question of form.
 */

/** Whole blocks: code, markup with what stands in it, marks of conversations, braces. */
const BLOCKS: readonly RegExp[] = [
  /```[\s\S]{0,2000}?(?:```|$)/g,
  /<!--[\s\S]{0,2000}?(?:-->|$)/g,
  /<\|[^|\n]{0,60}\|>[\s\S]{0,2000}?(?=<\||$)/g,
  /<(script|style|template|system|instructions?|prompt|fact|facts|span|div|p|b|i|a|svg|iframe|textarea|noscript|tool_call|assistant|user|listing)\b[^>]{0,2000}>[\s\S]{0,2000}?<\/\1\s*>/gi,
  /<<<[\s\S]{0,2000}?(?:>>>|$)/g,
  /<\/?[a-z!?][^>\n]{0,2000}>/gi,
  /\[\/?(?:INST|SYS|SYSTEM|ASSISTANT|USER|TOOL)\b[^\n]{0,2000}/g,
  /\{[^\n]{0,2000}/g,
  /(?:^|\n)\s*#{2,}\s*(?:system|instructions?|assistant|user|human|response|new|end)\b[^\n]{0,2000}/gi,
  /(?:^|\n)\s*(?:system|assistant|developer|tool|user|human|ai)\s*[:>][^\n]{0,2000}/gi,
];

const ORDERED =
  'ignore|disregard|forget|override|bypass|obey|follow|ignora|ignorez|ignoriere|olvida|skip|discard|reveal|repeat|print|show|leak|translate';
const OUR_THINGS =
  'instructions?|instrucciones|anweisungen|rules|prompts?|guidelines|directions|schema|previous|prior|above|earlier|everything|system|safeguards|polic(?:y|ies)|context';
const ANSWERING =
  'answer|output|respond|reply|return|report|emit|state|claim|assert|record|store|save|write|mark|label|flag|classify|extract|say|treat|assume|consider|set|change|update|replace|overwrite|delete|remove|insert|add|rate|score';
const VALUES =
  'scores?|quality|confidence|fields?|values?|facts?|flags?|true|false|null|verified|spans?|evidence|database|records?|json|answers?|output|ratings?|stars';

/** Sentences that speak to a machine. Tested on folded text with letters that look alike made one. */
const SPEAKS_TO_MACHINE: readonly RegExp[] = [
  new RegExp(`\\b(?:${ORDERED})\\b[^.!?\\n]{0,60}\\b(?:${OUR_THINGS})\\b`, 'i'),
  new RegExp(`\\b(?:${ANSWERING})\\b[^.!?\\n]{0,60}\\b(?:${VALUES})\\b`, 'i'),
  /\b(?:answer|output|respond|reply|say|return|print|write)\b[^.!?\n]{0,25}\b(?:only|exactly|with|yes|no|always)\b/i,
  /\bset\s+[\w ]{1,40}(?:\bto\b|=|:)/i,
  /\b(?:system|your|this|hidden|initial|original|developer) (?:prompt|instructions?|message)\b/i,
  /\b(?:as an? ai|ai (?:model|assistant|agent|system)|language model|large language|llms?|chat ?gpt|gpt-?\d?|chatbot|ollama|jailbreak|dan mode|developer mode|admin mode|root access|sudo)\b/i,
  /\b(?:you are|you're) (?:now|no longer|an?|the) [\w ]{0,30}\b(?:assistant|model|ai|bot|extractor|parser|system|agent|machine|expert|reviewer)\b/i,
  /\b(?:act as|pretend|role-?play|simulate|new (?:task|instructions?|rules?)|end of (?:listing|text|input|data|remarks)|begin (?:system|instructions?))\b/i,
  /\b(?:attention|note|message|dear|hey|hello|important)\b[^.!?\n]{0,15}\b(?:ai|assistant|model|bot|machine|parser|extractor|crawler|scraper|system)s?\b/i,
  /\b(?:json|xml|yaml|sql|base ?64|rot ?13|utf-?8|unicode|regex|api key|access token|webhook|curl|wget|fetch|http request|endpoint|env(?:ironment)? variables?)\b/i,
  /\b(?:quality|confidence|investment|trust) (?:score|rating|level|class)\b/i,
  /\b(?:high|full|max(?:imum)?|100 ?%?) confidence\b/i,
  /:\/\/|\bwww\.|\b(?:data|javascript|file|mailto|vbscript):|\.(?:php|exe|sh|js)\b/i,
  /["'](?:[\w ]{1,30})["']\s*[:=]/,
  /\b[a-z_]+[a-z]\s*={1,3}>?\s*["']?(?:true|false|null|none|yes|no|owned|leased|\d)/i,
  /(?:^|\n)\s*[=+@](?=[A-Za-z(])|=[A-Z]{2,}\(|\|\s*\w+\s*!|\bcmd\b/,
  /\b(?:drop|truncate|alter) table\b|\bselect\b[^.]{0,40}\bfrom\b|\b(?:union|insert) (?:select|into)\b|--\s*$|\$(?:where|set|ne|gt)\b/i,
  /[<>\\`]|\$\{|%7b|%3c|&(?:lt|gt|#\d+|#x[0-9a-f]+);|\\u[0-9a-f]{4}/i,
  /\b(?=[a-z0-9+/]{0,200}[A-Z])(?=[A-Z0-9+/]{0,200}[a-z])[A-Za-z0-9+/]{0,200}\d[A-Za-z0-9+/]{20}|[A-Za-z0-9+/]{20}={1,2}(?!\w)/,
  /\b(?:[0-9a-f]{2}[ :]?){12}/i,
  /\b(?:start|end|from|offset)\s*[:=]?\s*\d+\s*[,;]?\s*(?:end|to|length)\s*[:=]?\s*\d+/i,
  /\b(?:ai|a\.i\.|model|assistant|system|parser|extractor|machine)\b[^.!?\n]{0,30}\b(?:must|shall|should|will|has to|needs to)\b/i,
  /\b(?:[a-z] ){5,}[a-z]\b/i,
];

/** Signs that turn the direction of writing: what is read is not what is seen. */
const TURNED = /[\u202a-\u202e\u2066-\u2069]/;
/** Letters of other scripts and forms that look like Latin ones. */
const LOOKS_LIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аɑα',
    b: 'Ьв',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еҽε',
    g: 'ɡ',
    h: 'һн',
    i: 'іıιӏ',
    j: 'ј',
    k: 'кκ',
    l: 'ⅼ',
    m: 'м',
    n: 'ոη',
    o: 'оοο',
    p: 'рρ',
    q: 'ԛ',
    r: 'г',
    s: 'ѕ',
    t: 'тτ',
    u: 'υս',
    v: 'ѵν',
    w: 'ԝω',
    x: 'хχ',
    y: 'уγ',
    z: 'ᴢ',
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

/**
 * The same text with everything that speaks to a machine turned into blanks, sign for sign, so that places stay. Pure; the work
 * grows with the length.
 */
export function blankHostile(text: string): string {
  let left = text;
  for (const block of BLOCKS) left = left.replace(block, (found) => blank(found));
  return left.replace(/(?:[^.!?\n]|[.!?](?!\s|$))+[.!?\n]*/g, (sentence) =>
    isHostile(sentence) ? blank(sentence) : sentence,
  );
}

function isHostile(sentence: string): boolean {
  if (TURNED.test(sentence)) return true;
  const plain = looksAs(sentence);
  return SPEAKS_TO_MACHINE.some((pattern) => pattern.test(plain)) || isMixed(sentence);
}

/** The sentence as a person sees it: without signs that are not seen, look-alikes as Latin letters. */
function looksAs(sentence: string): string {
  const seen = sentence.normalize('NFKC').replace(/[^\n\t\P{C}]/gu, '');
  return [...seen].map((sign) => LOOKS_LIKE.get(sign.toLowerCase()) ?? sign).join('');
}

/** A word of Latin letters with letters of another script among them is no word of any language. */
function isMixed(sentence: string): boolean {
  return /[A-Za-z][\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]|[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}][A-Za-z]/u.test(
    sentence,
  );
}

/** Line ends stay, so that sentences stay apart. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/*
 * Text of listings is written by strangers. Some of it speaks to machines: orders, made-up answers, marks of conversations, code. None
 * of that says anything about a home, so it is blanked before rules or a model read. What is left are plain statements about the
 * home; whether those are true is not a question of form.
 */

/** Whole blocks: code, markup with what stands in it, marks of conversations, braces. What is left open ends with its line. */
const BLOCKS: readonly RegExp[] = [
  /```[\s\S]{0,2000}?```|```[^\n]{0,2000}/g,
  /<!--[\s\S]{0,2000}?-->|<!--[^\n]{0,2000}/g,
  /<\|[^|\n]{0,60}\|>(?:[\s\S]{0,2000}?(?=<\|)|[^\n]{0,2000})/g,
  /<(script|style|template|system|instructions?|prompt|fact|facts|span|div|a|svg|iframe|textarea|noscript|tool_call|assistant|user|listing)\b[^>]{0,2000}>[\s\S]{0,2000}?<\/\1\s*>/gi,
  /<<<[^\n]{0,2000}?>>>|<<<[^\n]{0,2000}|[^\n.!?]{0,200}>>>/g,
  // Marks of plain layout are blanked alone; behind any other the rest of the sentence is what it was made for.
  /<(?!\/?(?:br|p|b|i|u|em|strong|li|ul|ol|h\d)\b)[a-z!?/][^>\n]{0,2000}>[^.!?\n]{0,2000}/gi,
  /<\/?[a-z][^>\n]{0,200}>/gi,
  /\[\/?(?:INST|SYS|SYSTEM|ASSISTANT|USER|TOOL)\b[^\n]{0,2000}/g,
  /\{[^\n]{0,2000}/g,
  /(?:^|[\n.!?:])\s*(?:fields?|keys?|names?|facts?)\s*[,;|\t]\s*values?\b[^\n]{0,200}(?:\n[\w ]{1,40}[,;|\t][\w ]{1,40}(?=\n|$)){0,50}/gi,
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
  /\b(?:answer|output|respond|reply|print)\b[^.!?\n]{0,25}\b(?:only|exactly|with|yes|no|always)\b|\bsay (?:only|exactly|always)\b/i,
  /\bset\s+[\w ]{1,40}(?:\bto\b|=|:)/i,
  /\b(?:system|your|this|hidden|initial|original|developer) (?:prompt|instructions?|message)\b/i,
  /\b(?:as an? ai|ai (?:model|assistant|agent|system)|language model|large language|llms?|chat ?gpt|gpt-?\d?|chatbot|ollama|jailbreak|dan mode|developer mode|admin mode|root access|sudo)\b/i,
  /\b(?:you are|you're) (?:now|no longer|an?|the) [\w ]{0,30}\b(?:assistant|model|ai|bot|extractor|parser|system|agent|machine|expert|reviewer)\b/i,
  /\b(?:act as|pretend (?:that|this|there|the|to be)|role-?play|simulate|new (?:task|instructions?|rules?)|end of (?:listing|text|input|data|remarks)|begin (?:system|instructions?))\b/i,
  /\b(?:attention|note|message|dear|hey|hello|important)\b[^.!?\n]{0,15}\b(?:ai|assistant|model|bot|machine|parser|extractor|crawler|scraper|system)s?\b/i,
  /\b(?:json|xml|yaml|sql|base ?64|rot ?13|utf-?8|unicode|regex|api key|access token|webhook|curl|wget|fetch|http request|endpoint|env(?:ironment)? variables?)\b/i,
  /\b(?:quality|confidence|investment|trust) (?:score|rating|level|class)\b/i,
  /\b(?:high|full|max(?:imum)?|100 ?%?) confidence\b/i,
  /:\/\/|\bwww\.|\b(?:data|javascript|file|mailto|vbscript):|\.(?:php|exe|sh|js)\b/i,
  /["'](?:[\w ]{1,30})["']\s*[:=]/,
  /\b[a-z_]+[a-z]\s*={1,3}>?\s*["']?(?:true|false|null|none|yes|no|owned|leased|\d)/i,
  /(?:^|\n)\s*[=+@](?=[A-Za-z(])|=[A-Z]{2,}\(|\|\s*\w+\s*!|\bcmd\b/,
  /\b(?:drop|truncate|alter) table\b|\bselect\b[^.]{0,40}\bfrom\b|\b(?:union|insert) (?:select|into)\b|--\s*$|\$(?:where|set|ne|gt)\b/i,
  /[<>](?!\s?\d)|[\\`]|\$\{|%7b|%3c|&(?:lt|gt|#\d+|#x[0-9a-f]+);|\\u[0-9a-f]{4}/i,
  /\b(?=[a-z0-9+/]{0,200}[A-Z])(?=[A-Z0-9+/]{0,200}[a-z])[A-Za-z0-9+/]{0,200}\d[A-Za-z0-9+/]{20}|[A-Za-z0-9+/]{20}={1,2}(?!\w)/,
  /\b(?:[0-9a-f]{2}[ :]?){12}/i,
  /\b(?:start|end|from|offset)\s*[:=]?\s*\d+\s*[,;]?\s*(?:end|to|length)\s*[:=]?\s*\d+/i,
  /\b(?:ai|a\.i\.|model|assistant|system|parser|extractor|machine)\b[^.!?\n]{0,30}\b(?:must|shall|should|will|has to|needs to)\b/i,
  /\b(?:[a-z] ){5,}[a-z]\b/i,
  /\b(?:assistants?(?! living)|software|algorithms?|bots?|robots?|crawlers?|scrapers?|parsers?|extractors?|automatically|(?:whoever|anyone|everyone) (?:reads?|process(?:es|ing)|pars(?:es|ing)|reading))\b/i,
  /\b(?:classify|list|count|treat|label|tag|record|mark|register|file|log|enter|note)\b[^.!?\n]{0,50}\b(?:as (?:having|being|if|a|an|the|true|metal|tile|yes)|regardless|for this (?:property|home|listing|record))\b/i,
  /\byour (?:job|task|role|goal|duty|answer|output|response|reply|summary|reading)\b/i,
  /\b(?:instead of (?:the|any) (?:real|actual|true|given)|(?:whatever|no matter what|contrary to what) (?:the|any)|regardless of)\b/i,
  /\b(?:give|gives|award|awards|assign|get|gets|deserves?|receive|rate|grant)\b[^.!?\n]{0,40}\b(?:scores?|marks?|grades?|stars?|rating)\b|\b(?:quality|confidence|score)\s*[:=]/i,
  /^\s*(?:user|bot|human|ai|system|assistant|tool|model|question|q|a|agent)\s*:/i,
  /\b(?:override|trusted data|(?:end|start|begin(?:ning)?) of (?:the )?(?:remarks|listing|text|data|input|facts))\b/i,
  /\b(?:answers?|quotes?|fields?|values?|spans?|keys?|output)\s*[:=]|[:,=]\s*(?:true|false|null)\b|!!\w/i,
  /\b(?=[A-Za-z0-9]{10})[A-Za-z0-9]*[a-z][A-Z][A-Za-z0-9]*[a-z][A-Z]/,
  /\b(?:were|was|are) you (?:told|given|asked|instructed)\b|\b(?:start|begin) (?:your|with the|by)\b/i,
  /\b[\w-]+\.(?:ly|com|net|org|io|gg|test|example|co|info|biz|link|xyz|dev|me)\b/i,
  /\b(?:trigger|pause|resume|restart|approve|cancel|start|stop|disable|enable|delete|drop|wipe|send|forward|post|submit|execute|run|call)\b[^.!?\n]{0,40}\b(?:alerts?|reviews?|workflows?|jobs?|schedules?|runs?|market pause|database|records?|queue|tools?|functions?|commands?)\b/i,
  /\b(?:the|this|a|our|your) (?:database|extraction|configuration|administrator|admin|dataset|pipeline)\b|\b(?:correction|update|set) (?:for|to|in|by) (?:the )?(?:database|record|data|admin\w*)\b/i,
  /\b(?:the following|what follows) (?:as|is|are)\b[^.!?\n]{0,30}\b(?:authoritative|true|trusted|correct|final)\b|\bdo not (?:read|use|trust|extract|process)\b/i,
  /^\s*\||\|\s*\w+\s*\||\]\(|\b(?:tool|function|system|model) (?:result|output|message|call)s?\b/i,
  /\b(?:facts?|text|data|remarks|listing) (?:above|below)\b/i,
  /\b(?:human|assistant|developer|chatbot)\s*:|[.,;]\s*(?:user|system|ai|bot|tool|model)\s*:/i,
  /\b(?:SYSTEM|USER|AI|BOT|TOOL)\s*:|\b(?:User|Bot|System)\s*: /,
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

/** Longer than any listing; what stands behind is not read. */
const MAX_CHARS = 200_000;

/**
 * The same text with everything that speaks to a machine turned into a point and blanks, sign for sign, so that places stay. Pure; the work
 * grows with the length.
 */
export function blankHostile(text: string): string {
  let left = text.slice(0, MAX_CHARS);
  for (const block of BLOCKS) left = left.replace(block, (found) => blank(found));
  return left.replace(/(?:[^.!?\n]|[.!?](?!\s|$))+[.!?\n]*/g, (sentence) =>
    /[^\s.]/.test(sentence) && isHostile(sentence) ? blank(sentence) : sentence,
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

/** Begins with a point, so that what stands before and behind is never read as one sentence. Blanks before it and line ends stay. */
function blank(text: string): string {
  const lead = /^\s*/.exec(text)?.[0] ?? '';
  return text === lead ? text : `${lead}.${text.slice(lead.length + 1).replace(/[^\n]/g, ' ')}`;
}

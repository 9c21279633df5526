/** Ends of sentences, lines and list items. */
const SENTENCE_END = /(?<=[.!?])\s+|\s*[\n;•*]\s*/;

/**
 * Splits a text into parts of at most so many characters, each of whole sentences; a sentence that is longer by itself is split between
 * words, a word that is longer is cut. Nothing is lost but the space between. Pure.
 */
export function splitAtSentences(text: string, most: number): readonly string[] {
  const parts: string[] = [];
  for (const piece of text.split(SENTENCE_END).flatMap((sentence) => splitAtWords(sentence.trim(), most))) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= most) parts[parts.length - 1] = `${last} ${piece}`;
    else if (piece !== '') parts.push(piece);
  }
  return parts;
}

function splitAtWords(sentence: string, most: number): readonly string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > most) {
    const space = rest.lastIndexOf(' ', most);
    const end = space > 0 ? space : most;
    pieces.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return [...pieces, rest];
}

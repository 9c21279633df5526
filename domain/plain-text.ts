/** One line of what anybody wrote: what steers a terminal, breaks a line or turns the reading direction becomes a blank. */
export function plainText(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
}

/** A text of at most so many letters; where it is longer, its beginning. */
export function cutTo(most: number, text: string): string {
  const letters = Array.from(text);
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

const LONGEST_TEXT = 500;

/**
 * One line of plain text out of what a person, a source or a service wrote: what steers a terminal, breaks a line or turns the
 * reading direction becomes a blank. Cut at 500 letters.
 */
export function plainLine(text: string): string {
  const letters = Array.from(text.replace(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim());
  return letters.length <= LONGEST_TEXT ? letters.join('') : `${letters.slice(0, LONGEST_TEXT - 1).join('')}…`;
}

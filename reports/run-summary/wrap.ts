/**
 * Breaks one line of text at blanks. A word longer than the width stays whole: a cut address cannot be followed.
 * Leading blanks of the text are kept.
 * @param hanging put before every line after the first
 */
export function wrap(text: string, width: number, hanging = ''): string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const word of text.trim().split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hanging;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

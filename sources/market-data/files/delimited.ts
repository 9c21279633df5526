/**
 * Cells of one line; a cell may stand in quotes, with inner quotes doubled. Linear in the length of the line.
 * @param separator one character
 */
export function cellsOf(line: string, separator: string): readonly string[] {
  const cells: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const quoted = line[at] === '"';
    const end = quoted ? endOfQuotes(line, at) : line.indexOf(separator, at);
    const stop = end < 0 ? line.length : end;
    cells.push(quoted ? line.slice(at + 1, stop).replaceAll('""', '"') : line.slice(at, stop));
    const next = quoted ? line.indexOf(separator, stop) : stop;
    if (next < 0 || next >= line.length) return cells;
    at = next + 1;
  }
  return cells;
}

function endOfQuotes(line: string, start: number): number {
  for (let at = start + 1; at < line.length; at += 1) {
    if (line[at] !== '"') continue;
    if (line[at + 1] !== '"') return at;
    at += 1;
  }
  return line.length;
}

/** Places of columns by name, without regard to case. */
export function columnsOf(header: string, separator: string): ReadonlyMap<string, number> {
  return new Map(cellsOf(header.replace(/^\uFEFF/, ''), separator).map((name, at) => [name.trim().toLowerCase(), at]));
}

/** A number as published; null for an empty cell, and for what is none. */
export function figureOf(cell: string | undefined): number | null {
  const text = cell?.trim() ?? '';
  return /^-?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,2})?$/i.test(text) ? Number(text) : null;
}

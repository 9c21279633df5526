/** The known name that is most like a word, for "did you mean". @returns null when nothing is alike */
export function nearest(word: string, names: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  const containing = names.find((name) => wanted.length > 1 && name.toLowerCase().includes(wanted));
  if (containing !== undefined) return containing;
  const [best] = names
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= word.length / 2 ? best.name : null;
}

/** Levenshtein distance: least insertions, deletions and changes of one letter. */
function distanceOf(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const change = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(change, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}

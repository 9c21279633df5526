import type { SelectorSetDocument } from '../store/selector-sets.js';

/**
 * The mail that asks a person to look at proposed selectors.
 * @param reminder 0 for the first word
 */
export function repairMail(
  { source, name, facts, missing = [], set }: SelectorSetDocument,
  reminder: number,
): { readonly subject: string; readonly html: string; readonly text: string } {
  const again = reminder === 0 ? '' : ` (reminder ${reminder})`;
  const worth =
    (set ?? null) === null
      ? `Selectors were looked for and not found: ${missing.join(', ')}.`
      : `Selectors are proposed as ${name}: they read ${facts?.found ?? 0} of ${facts?.of ?? 0} known fields.`;
  const lines = [
    `The site of ${source} has a new layout. The source is stopped; nothing wrong was published.`,
    worth,
    `Look at them: phx sources repair review ${source}`,
    `Take them: phx sources repair approve ${source} --by NAME --reason WORDS`,
    `Or refuse them: phx sources repair reject ${source} --by NAME --reason WORDS`,
  ];
  return {
    subject: `${source}: the site has a new layout, a person is needed${again}`,
    text: `${lines.join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><body>${lines.map((line) => `<p>${escaped(line)}</p>`).join('')}</body></html>`,
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

import type { BlockView, LineView, ReportView } from './view.js';

const WIDTH = 96;

/** A report as plain text, for the text part of a mail and for terminals. */
export function renderReportText(view: ReportView): string {
  const head = [
    ...(view.mode === 'production' ? [] : [`${view.mode.toUpperCase()}: ${view.modeNote}`, '']),
    ...wrapped(view.verdict, ''),
    '',
    ...view.reasons.slice(1).flatMap((reason) => wrapped(reason, '- ')),
    `${view.title}. ${view.about}`,
    `Trends are against ${view.before}.`,
    '',
    ...linesText(view.headline),
  ];
  const sections = view.sections.flatMap(({ title, blocks }) => [
    '',
    title.toUpperCase(),
    '-'.repeat(title.length),
    ...blocks.flatMap(blockText),
  ]);
  return `${[...head, ...sections].join('\n')}\n`;
}

function blockText(block: BlockView): readonly string[] {
  switch (block.type) {
    case 'lines':
      return linesText(block.rows);
    case 'table':
      return ['', block.label, ...tableText(block.columns, block.rows)];
    case 'list': {
      const items =
        block.items.length === 0 ? [`  ${block.empty}`] : block.items.flatMap((item) => wrapped(item, '  - '));
      return ['', ...headOf(block.label), ...items];
    }
    case 'chart':
      return ['', block.label, ...(block.rows.length === 0 ? ['  no data'] : block.rows.map((row) => `  ${row}`))];
    case 'note':
      return [
        '',
        ...headOf(block.label),
        ...(block.text === null ? ['  no input'] : wrapped(`${block.text} (${block.from})`, '  ')),
      ];
  }
}

const headOf = (label: string) => (label === '' ? [] : [`${label}:`]);

function linesText(rows: readonly LineView[]): readonly string[] {
  const cells = rows.map(({ label, value, trend, target, mark }) => [
    label,
    value,
    trend ?? '',
    target === null ? '' : `target ${target}`,
    mark,
  ]);
  return columns(cells, [1, 2]);
}

function tableText(
  heads: readonly { readonly label: string; readonly number: boolean }[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return ['  no data'];
  const right = heads.flatMap(({ number }, at) => (number ? [at] : []));
  return columns([heads.map(({ label }) => label), ...rows], right);
}

/** @param right columns that are flush right */
function columns(rows: readonly (readonly string[])[], right: readonly number[]): readonly string[] {
  const widths = rows.reduce<number[]>(
    (found, row) => row.map((cell, at) => Math.max(found[at] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) => {
    const cells = row.map((cell, at) =>
      right.includes(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

function wrapped(text: string, lead: string): readonly string[] {
  const found: string[] = [];
  let line = lead;
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + word.length + 1 > WIDTH && line !== lead) {
      found.push(line);
      line = ' '.repeat(lead.length) + word;
    } else line = line === lead ? `${lead}${word}` : `${line} ${word}`;
  }
  return [...found, line];
}

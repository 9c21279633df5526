import type { ExampleView, RunSummaryView, SourceView } from './view.js';
import { wrap } from './wrap.js';

const WIDTH = 76;

/** The text part of the mail: the same facts as the HTML part, with whole hashes. Cleaned text, no markup. */
export function renderText(view: RunSummaryView): string {
  const { verdict } = view;
  return [
    ...wrap(verdict.sentence, WIDTH),
    ...verdict.contradictions.flatMap((line) => wrap(`! ${line}`, WIDTH, '  ')),
    '',
    ...wrap(view.modeNote, WIDTH),
    `Market ${view.market}, day ${view.runDate}, ${view.span} (${view.duration})`,
    `Run    ${view.runId}`,
    ...section('COUNTS', [verdict.equation, `${view.properties}.`]),
    ...section('MISSING', view.missing.length === 0 ? ['Nothing.'] : bullets(view.missing)),
    ...section('WARNINGS', bullets(view.warnings)),
    ...section('SOURCES AND ZIP CODES', view.sources.flatMap(sourceLines)),
    ...section(
      'MODEL',
      view.model.flatMap((line) => wrap(line, WIDTH)),
    ),
    ...section('PHASES', phaseLines(view)),
    ...section('EXAMPLES, WITH THE EVIDENCE', view.examples.flatMap(exampleLines)),
    ...section('MORE', moreLines(view)),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const body = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  return ['', title, '-'.repeat(title.length), ...body];
}

function bullets(lines: readonly string[]): string[] {
  return lines.flatMap((line) => wrap(`- ${line}`, WIDTH, '  '));
}

function sourceLines({ name, status, reason, work, zips }: SourceView): string[] {
  const head = ['ZIP', 'status', 'seen', 'stored', 'unchanged', 'quarantined', 'excluded'];
  const rows = zips.map((zip) => [
    zip.zip,
    zip.status,
    zip.seen,
    zip.stored,
    zip.unchanged,
    zip.quarantined,
    zip.excluded,
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`.trimEnd();
  return [
    ...wrap(`${name}: ${status}${reason === null ? '' : `, ${reason}`} (${work})`, WIDTH, '  '),
    ...(zips.length === 0 ? [] : [line(head)]),
    ...rows.flatMap((cells, at) => {
      const note = zips[at]?.note ?? null;
      return [line(cells), ...(note === null ? [] : wrap(`      ${note}`, WIDTH, '      '))];
    }),
    '',
  ];
}

function phaseLines({ phases }: RunSummaryView): string[] {
  const width = Math.max(0, ...phases.map(({ name }) => name.length));
  return phases.map(({ name, span, duration, over }) =>
    `${name.padEnd(width)}  ${span} (${duration})${over === null ? '' : `  ! ${over}`}`.trimEnd(),
  );
}

function exampleLines({ title, propertyId, description, describedBy, facts }: ExampleView): string[] {
  return [
    title === propertyId ? title : `${title} (${propertyId})`,
    ...wrap(`  ${description}`, WIDTH, '  '),
    `  words by ${describedBy}`,
    ...facts.flatMap(({ name, value, source, url, path, hash }) => [
      `  ${name} = ${value}`,
      `    ${source}, ${path}`,
      `    ${url}`,
      `    sha256 ${hash}`,
    ]),
    '',
  ];
}

function moreLines({ mail, report, links }: RunSummaryView): string[] {
  return [
    ...(report === null ? [] : [`Report: ${report}`]),
    ...links.map(({ label, text }) => `${label}: ${text}`),
    ...(mail === null ? [] : wrap(mail, WIDTH)),
  ];
}

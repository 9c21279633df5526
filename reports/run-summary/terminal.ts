import { styleText } from 'node:util';
import type { RunSummary } from '../../core/schemas/run.js';
import { createCleanText } from '../clean-text.js';
import type { Tone } from './verdict.js';
import { type ExampleView, type ReportLink, type RunSummaryView, type SourceView, viewOf } from './view.js';
import { wrap } from './wrap.js';

export interface TerminalOptions {
  /** Colour with terminal escapes; never the only sign. */
  readonly colour: boolean;
  /** Width of the terminal; text wraps at it, at most at 100. */
  readonly columns: number;
  readonly links?: readonly ReportLink[];
  /** IANA zone of the market; default `America/Phoenix`. */
  readonly timeZone?: string;
  /** Values that must not be seen, as from `config.secretValues`. */
  readonly secrets?: readonly string[];
}

type Paint = (tone: Tone | 'strong', text: string) => string;
interface Page {
  readonly paint: Paint;
  readonly width: number;
}

const STYLE = { good: 'green', warn: 'yellow', bad: 'red', quiet: 'gray', strong: 'bold' } as const;
/** Facts of an example on the terminal; the mail has all of them. */
const MOST_FACTS = 4;

/**
 * The run summary as `npm start` and `phx runs show` print it to stderr: verdict, counts, what is missing, a line per
 * ZIP, model, examples with evidence. Text of sources cannot steer the terminal. Ends with a line end.
 */
export function renderRunSummaryTerminal(summary: RunSummary, options: TerminalOptions): string {
  const { colour, columns, links = [], timeZone = 'America/Phoenix', secrets = [] } = options;
  const view = viewOf(summary, { links, timeZone, clean: createCleanText(secrets) });
  const page: Page = {
    width: Math.max(40, Math.min(columns, 100)),
    paint: (tone, text) => (colour ? styleText(STYLE[tone], text, { validateStream: false }) : text),
  };
  const blocks = [
    headLines(view, page),
    listLines('Missing', view.missing, page),
    listLines('Warnings', view.warnings, page),
    sourceLines(view, page),
    factLines(view, page),
    view.examples.flatMap((example) => exampleLines(example, page)),
    endLines(view, page),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines(view: RunSummaryView, { paint, width }: Page): string[] {
  const { verdict } = view;
  const [first = '', ...rest] = wrap(verdict.sentence, width - 2);
  return [
    paint(verdict.tone, paint('strong', first)),
    ...rest,
    ...verdict.contradictions.flatMap((line) => wrap(line, width)).map((line) => paint('bad', line)),
    paint('quiet', `${view.mode} mode, ${view.market}, ${view.span} (${view.duration})`),
    ...(view.mode === 'production' ? [] : wrap(view.modeNote, width).map((line) => paint('warn', line))),
    ...wrap(`  ${verdict.equation}`, width, '    '),
    ...wrap(`  ${view.properties}`, width, '    '),
  ];
}

function listLines(title: string, lines: readonly string[], { paint, width }: Page): string[] {
  if (lines.length === 0) return [];
  return [paint('strong', title), ...lines.flatMap((line) => wrap(`  - ${line}`, width, '    '))];
}

/** Columns are aligned over all sources, so that the eye can run down them. */
function sourceLines({ sources }: RunSummaryView, page: Page): string[] {
  const zips = sources.flatMap((source) => source.zips);
  const widest = (of: (zip: (typeof zips)[number]) => string, least: number) =>
    Math.max(least, ...zips.map((zip) => of(zip).length));
  const numbers = (['seen', 'stored', 'unchanged', 'quarantined', 'excluded'] as const).map((name) => ({
    name,
    label: NARROW[name],
    width: widest((zip) => zip[name], NARROW[name].length),
  }));
  const statusWidth = widest(({ status }) => status, 8);
  const head = `    ${'ZIP'.padEnd(5)}  ${'status'.padEnd(statusWidth)}  ${numbers.map(({ label, width }) => label.padStart(width)).join('  ')}`;
  return sources.flatMap((source) => [
    ...sourceHead(source, page),
    ...(source.zips.length === 0 ? [] : [page.paint('quiet', head)]),
    ...source.zips.flatMap((zip) => {
      const cells = numbers.map(({ name, width }) => zip[name].padStart(width)).join('  ');
      const row = `    ${zip.zip.padEnd(5)}  ${page.paint(zip.tone, zip.status.padEnd(statusWidth))}  ${cells}`;
      return [row, ...(zip.note === null ? [] : wrap(`           ${zip.note}`, page.width, ' '.repeat(11)))];
    }),
  ]);
}

const NARROW = { seen: 'seen', stored: 'stored', unchanged: 'unch.', quarantined: 'quar.', excluded: 'excl.' } as const;

function sourceHead({ name, status, tone, reason, work }: SourceView, { paint, width }: Page): string[] {
  return [
    `  ${paint('strong', name)}  ${paint(tone, status)}`,
    ...wrap(`    ${work}`, width, '    ').map((line) => paint('quiet', line)),
    ...(reason === null ? [] : wrap(`    ${reason}`, width, '    ')),
  ];
}

function factLines({ model, phases }: RunSummaryView, { paint, width }: Page): string[] {
  const late = phases.filter(({ over }) => over !== null).map(({ name, over }) => `${name} ${over}`);
  return [
    ...wrap(`${'Model'.padEnd(8)}${model.join(' ')}`, width, ' '.repeat(8)),
    ...(late.length === 0
      ? []
      : wrap(`${'Late'.padEnd(8)}${late.join('; ')}`, width, ' '.repeat(8)).map((line) => paint('warn', line))),
  ];
}

function exampleLines(
  { title, propertyId, description, describedBy, facts }: ExampleView,
  { paint, width }: Page,
): string[] {
  const shown = facts.slice(0, MOST_FACTS);
  const nameWidth = Math.max(0, ...shown.map(({ name }) => name.length));
  const [first = '', second, third] = wrap(`    ${description}`, width, '    ');
  const more = facts.length - shown.length;
  const ownLine = title !== propertyId && title.length + propertyId.length + 4 > width;
  return [
    `  ${paint('strong', title)}${ownLine || title === propertyId ? '' : `  ${paint('quiet', propertyId)}`}`,
    ...(ownLine ? [paint('quiet', `    ${propertyId}`)] : []),
    first,
    ...(second === undefined ? [] : [third === undefined ? second : `${second.slice(0, width - 2)} …`]),
    ...shown.flatMap(({ name, value, source, url, path, hashShort }) => [
      ...wrap(`    ${name.padEnd(nameWidth)} = ${value}`, width, '      '),
      ...wrap(`      ${source}, ${path}, ${url}, sha256 ${hashShort}`, width, '      ').map((line) =>
        paint('quiet', line),
      ),
    ]),
    paint('quiet', `    words by ${describedBy}${more > 0 ? `; ${more} more facts in the report` : ''}`),
  ];
}

function endLines({ mail, report, links }: RunSummaryView, { paint, width }: Page): string[] {
  const rows = [
    ...links.map(({ label, text }) => [label, text]),
    ...(report === null ? [] : [['Report', report]]),
    ...(mail === null ? [] : [['Mail', mail]]),
  ];
  const labelWidth = Math.max(8, ...rows.map(([label = '']) => label.length + 2));
  return rows.flatMap(([label = '', text = '']) => {
    const [first = '', ...rest] = wrap(text, width - labelWidth);
    return [
      `${paint('strong', label.padEnd(labelWidth))}${first}`,
      ...rest.map((line) => ' '.repeat(labelWidth) + line),
    ];
  });
}

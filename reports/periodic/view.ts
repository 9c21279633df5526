import { type ChartSpec, chartSvg } from '../chart.js';
import { localTime } from '../format.js';
import type { LineVerdict, ReportBlock, ReportLine, ReportModel, ReportSection } from './model.js';
import { cellWords, trendWords, wordsOfLine } from './words.js';

/** A report in words: what all three renderings show. All texts are plain; templates escape them. */
export interface ReportView {
  readonly title: string;
  readonly subject: string;
  readonly colour: ReportModel['colour'];
  readonly tone: 'good' | 'warn' | 'bad';
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly mode: string;
  readonly modeNote: string;
  readonly about: string;
  readonly before: string;
  readonly headline: readonly LineView[];
  readonly sections: readonly SectionView[];
  readonly slides: boolean;
}

export interface SectionView {
  readonly title: string;
  readonly blocks: readonly BlockView[];
}

export interface LineView {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly noData: boolean;
  /** Against the period before; null where that is not known. */
  readonly trend: string | null;
  readonly target: string | null;
  /** Never the colour alone: the word stands beside the value. */
  readonly mark: '' | 'ok' | 'short' | 'bad';
  readonly tone: '' | 'good' | 'warn' | 'bad';
}

export type BlockView =
  | { readonly type: 'lines'; readonly rows: readonly LineView[]; readonly targets: boolean; readonly trends: boolean }
  | {
      readonly type: 'table';
      readonly label: string;
      readonly columns: readonly { readonly label: string; readonly number: boolean }[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly type: 'list'; readonly label: string; readonly items: readonly string[]; readonly empty: string }
  | {
      readonly type: 'chart';
      readonly id: string;
      readonly label: string;
      /** Drawn; null where there is nothing to draw. */
      readonly svg: string | null;
      readonly rows: readonly string[];
    }
  | { readonly type: 'note'; readonly label: string; readonly text: string | null; readonly from: string };

/** Half a slide. */
const SLIDE_CHART_WIDTH = 400;
const MODE_NOTES = {
  demo: 'Sandbox and recorded answers. No figure is of the real market.',
  test: 'Real services in small amounts, in a database of their own.',
  production: '',
} as const;
const TONES = { GREEN: 'good', YELLOW: 'warn', RED: 'bad' } as const;
const MARKS = { good: 'ok', warn: 'short', bad: 'bad', none: '' } as const satisfies Record<LineVerdict, string>;

/** @param part `mail`: what a mail shows; `all`: everything */
export function viewOf(model: ReportModel, part: 'mail' | 'all'): ReportView {
  const { market, mode, from, to, colour, period } = model;
  const days = from === to ? from : `${from} to ${to}`;
  const marked = mode === 'production' ? '' : `[${mode}] `;
  const built = localTime(model.builtAt, model.timeZone);
  const sections = part === 'mail' ? (model.mail ?? model.sections) : model.sections;
  return {
    title: model.title,
    subject: `${marked}${colour}: ${model.title}, ${market} ${period}`,
    colour,
    tone: TONES[colour],
    verdict: model.verdict,
    reasons: model.reasons,
    mode,
    modeNote: MODE_NOTES[mode],
    about: `Market ${market}, ${days}. Made ${built.day} ${built.time} ${built.zone}, mode ${mode}.`,
    before: model.before,
    headline: model.headline.map(lineView),
    sections: sections.map((section) => sectionView(section, model)),
    slides: model.layout === 'slides',
  };
}

function sectionView({ title, blocks }: ReportSection, model: ReportModel): SectionView {
  const views: BlockView[] = [];
  let lines: ReportLine[] = [];
  const flush = () => {
    if (lines.length > 0) views.push(linesView(lines));
    lines = [];
  };
  for (const block of blocks) {
    if (block.type === 'line') {
      lines.push(block);
      continue;
    }
    flush();
    const view = blockView(block, model);
    views.push(saysTheSame(block.label, title) ? { ...view, label: '' } : view);
  }
  flush();
  return { title, blocks: views };
}

/** A heading is not said twice. */
function saysTheSame(label: string, title: string): boolean {
  return label.toLowerCase() === title.toLowerCase();
}

function linesView(lines: readonly ReportLine[]): BlockView {
  const rows = lines.map(lineView);
  return {
    type: 'lines',
    rows,
    targets: rows.some(({ target }) => target !== null),
    trends: rows.some(({ trend }) => trend !== null),
  };
}

function lineView(line: ReportLine): LineView {
  return {
    id: line.id,
    label: line.label,
    value: wordsOfLine(line),
    noData: line.value === null,
    trend: trendWords(line),
    target: line.target,
    mark: MARKS[line.verdict],
    tone: line.verdict === 'none' ? '' : line.verdict,
  };
}

function blockView(
  block: Exclude<ReportBlock, ReportLine>,
  { timeZone, layout }: ReportModel,
): Exclude<BlockView, { type: 'lines' }> {
  switch (block.type) {
    case 'table': {
      const { label, columns, rows } = block;
      return {
        type: 'table',
        label,
        columns: columns.map(({ label: name, unit }) => ({ label: name, number: unit !== 'words' })),
        rows: rows.map((row) => row.map((cell, at) => cellWords(cell, columns[at]?.unit ?? 'words'))),
      };
    }
    case 'list':
      return { type: 'list', label: block.label, items: block.items, empty: block.empty };
    case 'chart':
      return {
        type: 'chart',
        id: block.chart.id,
        label: block.label,
        svg: chartSvg(block.chart, layout === 'slides' ? SLIDE_CHART_WIDTH : undefined),
        rows: chartRows(block.chart),
      };
    case 'note': {
      const at = block.at === null ? null : localTime(block.at, timeZone).day;
      return {
        type: 'note',
        label: block.label,
        text: block.text,
        from: at === null ? '' : `${block.by ?? ''}, ${at}`,
      };
    }
  }
}

/** What a chart shows, for readers who see no pictures: a line for each label that has a value. */
function chartRows({ x, series, unit }: ChartSpec): readonly string[] {
  return x.flatMap((label, at) => {
    const known = series.flatMap(({ name, values }) => {
      const value = values[at] ?? null;
      if (value === null) return [];
      return [series.length > 1 ? `${name} ${value.toLocaleString('en-US')}` : value.toLocaleString('en-US')];
    });
    return known.length === 0 ? [] : [`${label}: ${known.join(', ')} (${unit})`];
  });
}

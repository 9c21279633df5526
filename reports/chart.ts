import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, setPlatformAPI, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Printer } from '../net/printer.js';
import { escapeHtml } from './escape-html.js';

/** Of DejaVu Sans, which is as wide as fonts of reports get: mean width of a letter, in parts of its height. */
const LETTER_WIDTH = 0.62;

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

// Without a canvas echarts guesses the width of text too small for wide letters, and puts legends one over the other.
setPlatformAPI({
  measureText: (text, font = '') => ({
    width: text.length * LETTER_WIDTH * Number.parseFloat(/([\d.]+)px/.exec(font)?.[1] ?? '11'),
  }),
});

/** What a chart shows; the same definition gives the picture of a mail and the drawing of a PDF. JSON only. */
export interface ChartSpec {
  /** Letters, digits and dashes; unique in a report. */
  readonly id: string;
  readonly title: string;
  readonly kind: 'bar' | 'stacked' | 'line';
  /** Written beside the axis. */
  readonly unit: string;
  /** Labels along the axis, such as days. */
  readonly x: readonly string[];
  /** One value for each of `x`; null where there is none. */
  readonly series: readonly ChartSeries[];
  /** A level to hold the values against, such as a target. */
  readonly limit: { readonly label: string; readonly value: number } | null;
}

export interface ChartSeries {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

export const CHART_WIDTH = 620;
export const CHART_HEIGHT = 240;
/** Told apart in grey too (dark to light); readable on white. */
const COLOURS = ['#0a58b5', '#e08a1e', '#3d9970', '#8e5bb5', '#7a8794'];
const INK = '#55606c';
const FONT = 'DejaVu Sans, Arial, sans-serif';

/**
 * The chart as SVG with real text; null when none of its series has a value. Pure.
 * @param width in pixels: text keeps its size, so that a narrow chart is as readable as a wide one
 */
export function chartSvg(spec: ChartSpec, width = CHART_WIDTH): string | null {
  if (!spec.series.some(({ values }) => values.some((value) => value !== null))) return null;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: CHART_HEIGHT });
  try {
    chart.setOption(optionOf(spec));
    // Styles, classes and marks are for effects of a mouse; a reader of a mail or a page of paper has none.
    return chart
      .renderToSVGString({ useViewBox: true })
      .replace(/<style[\s\S]*?<\/style>/g, '')
      .replace(/ (?:class|ecmeta_[a-z_]+)="[^"]*"/g, '');
  } finally {
    chart.dispose();
  }
}

/** The chart as a PNG for readers of mail, who see no SVG; null as `chartSvg`. @throws BrowserCrashed, BadConfig */
export async function chartPng(spec: ChartSpec, browser: Printer): Promise<Uint8Array | null> {
  const svg = chartSvg(spec);
  if (svg === null) return null;
  const page = `<!doctype html><title>${escapeHtml(spec.title)}</title><style>html,body{margin:0;background:#fff}svg{display:block;width:${CHART_WIDTH}px;height:${CHART_HEIGHT}px}</style>${svg}`;
  return browser.picture(page, CHART_WIDTH, CHART_HEIGHT);
}

function optionOf(spec: ChartSpec) {
  const text = { color: INK, fontFamily: FONT, fontSize: 11 };
  const several = spec.series.length > 1;
  return {
    animation: false,
    color: COLOURS,
    textStyle: { fontFamily: FONT },
    grid: {
      left: 8,
      right: 24,
      top: several ? 56 : 38,
      bottom: 6,
      outerBoundsMode: 'same' as const,
      outerBoundsContain: 'axisLabel' as const,
    },
    ...(several ? { legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: text } } : {}),
    xAxis: {
      type: 'category' as const,
      data: [...spec.x],
      axisLabel: { ...text, hideOverlap: true },
      axisLine: { lineStyle: { color: '#9aa5b1' } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value' as const,
      name: spec.unit,
      nameTextStyle: { ...text, align: 'left' as const },
      nameGap: 16,
      max: topOf(spec),
      // An end that the limit asks for falls between the steps of the axis: its label would lie on that of the last step.
      axisLabel: spec.limit === null ? text : { ...text, showMaxLabel: false },
      splitLine: { lineStyle: { color: '#e8ebef' } },
    },
    series: spec.series.map((series, at) => seriesOf(spec, series, at)),
  };
}

function seriesOf({ kind, limit }: ChartSpec, { name, values }: ChartSeries, at: number) {
  const shared = {
    name,
    data: [...values],
    ...(at === 0 && limit !== null ? { markLine: lineAt(limit) } : {}),
  };
  if (kind === 'line') return { ...shared, type: 'line' as const, symbolSize: 6, lineStyle: { width: 2 } };
  return {
    ...shared,
    type: 'bar' as const,
    barMaxWidth: 34,
    ...(kind === 'stacked' ? { stack: 'all' } : {}),
  };
}

function lineAt({ label, value }: { readonly label: string; readonly value: number }) {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: '#a31616', type: 'dashed' as const, width: 1.5 },
    label: {
      position: 'insideStartTop' as const,
      formatter: () => label,
      color: '#a31616',
      fontSize: 11,
      fontFamily: FONT,
    },
    data: [{ yAxis: value }],
  };
}

/** The limit's line is in the picture too, also where all values are far below it. */
function topOf({ kind, limit, x, series }: ChartSpec): number | undefined {
  if (limit === null) return undefined;
  const all = series.flatMap(({ values }) => values.map((value) => value ?? 0));
  const stacks = x.map((_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  const highest = Math.max(...(kind === 'stacked' ? stacks : all));
  if (highest > limit.value) return undefined;
  const step = 10 ** Math.floor(Math.log10(limit.value || 1)) / 2;
  return Number((Math.ceil((limit.value * 1.05) / step) * step).toPrecision(3));
}

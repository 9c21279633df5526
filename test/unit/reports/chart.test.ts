import { describe, expect, it } from '@jest/globals';
import { type ChartSpec, chartSvg } from '../../../reports/chart.js';

const SPEC: ChartSpec = {
  id: 'cost-per-day',
  title: 'Cost per day',
  kind: 'stacked',
  unit: 'dollars',
  x: ['11-20', '11-21', '11-22'],
  series: [
    { name: 'proxies', values: [0.01, null, 0.03] },
    { name: 'captcha', values: [0, 0.02, null] },
  ],
  limit: { label: 'budget of a day', value: 0.8 },
};

describe('a chart', () => {
  it('is an SVG with its labels as text, the same each time', () => {
    const svg = chartSvg(SPEC) ?? '';
    expect(svg).toMatch(/^<svg /);
    for (const word of ['11-20', '11-22', 'proxies', 'captcha', 'dollars', 'budget of a day']) {
      expect(svg).toContain(`>${word}</text>`);
    }
    expect(svg).not.toMatch(/<style|<script|animat|class=/);
    expect(chartSvg(SPEC)).toBe(svg);
  });

  it('lets no text of others become markup', () => {
    const hostile = '<script>alert(1)</script></svg>"\'&';
    const svg = chartSvg({ ...SPEC, x: [hostile, 'b', 'c'], unit: hostile, limit: { label: hostile, value: 1 } }) ?? '';
    expect(svg).not.toContain('<script');
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
    expect(svg).toContain('&lt;script&gt;');
  });

  it.each([
    ['no series', []],
    ['series without values', [{ name: 'proxies', values: [null, null, null] }]],
  ])('of %s is none', (_name, series) => {
    expect(chartSvg({ ...SPEC, series })).toBeNull();
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Figures, median, routeTable } from '../../../bench/route-report.js';
import { projectRoot } from '../../../core/paths.js';

const run = (wallMs: number, process: number, browser = 0): Figures => ({
  pages: 100,
  wallMs,
  cpuSeconds: process,
  peakMemoryBytes: 200 * 1_048_576,
  cpu: { process, browser, database: 1, sandbox: 0 },
});

describe('the report of bench:sources', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
    [[], Number.NaN],
  ])('takes %j to have the median %p', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('sets medians side by side, with the ratio of product to peer, and the browser counted in', () => {
    const table = routeTable({
      route: 'browser',
      product: [run(10_000, 1, 2), run(50_000, 9, 9), run(20_000, 2, 3)],
      crawlee: [run(10_000, 2, 2)],
      bare: [run(1_000, 0)],
    });
    const rows = table.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
    const row = (name: string) => rows.find((cells) => cells[1]?.startsWith(name))?.slice(2, 6);
    expect(row('pages/s')).toEqual(['5.0', '10.0', '0.50', '100.0']);
    expect(row('CPU s per 1,000 pages: worker and its browser')).toEqual(['50.00', '40.00', '1.25', '0.00']);
    expect(row('CPU s per 1,000 pages: sandbox')).toEqual(['0.00', '0.00', '–', '0.00']);
  });
});

describe('the peer', () => {
  it('is pinned, with the Playwright of the product', () => {
    const read = (file: string) => JSON.parse(readFileSync(join(projectRoot(), file), 'utf8'));
    const { dependencies } = read('bench/crawlee/package.json');
    expect(dependencies).toEqual({
      '@crawlee/core': '3.18.1',
      '@crawlee/http': '3.18.1',
      '@crawlee/playwright': '3.18.1',
      playwright: read('package.json').dependencies.playwright,
    });
    expect(read('bench/crawlee/package-lock.json').packages[''].dependencies).toEqual(dependencies);
  });
});

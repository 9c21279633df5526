import Table from 'cli-table3';
import type { Route, RouteResult } from './route-job.js';

/** What one run took; CPU in seconds. */
export interface Figures extends RouteResult {
  readonly cpu: Readonly<Record<'process' | 'browser' | 'database' | 'sandbox', number>>;
}

export interface RouteReport {
  readonly route: Route;
  readonly product: readonly Figures[];
  readonly crawlee: readonly Figures[];
  readonly bare: readonly Figures[];
}

const ROWS: readonly (readonly [name: string, of: (one: Figures) => number, digits: number])[] = [
  ['pages/s', ({ pages, wallMs }) => (pages * 1_000) / wallMs, 1],
  ['CPU s per 1,000 pages: worker and its browser', (one) => per1000(one, one.cpu.process + one.cpu.browser), 2],
  ['- worker process', (one) => per1000(one, one.cpu.process), 2],
  ['- browser', (one) => per1000(one, one.cpu.browser), 2],
  ['CPU s per 1,000 pages: database', (one) => per1000(one, one.cpu.database), 2],
  ['CPU s per 1,000 pages: sandbox', (one) => per1000(one, one.cpu.sandbox), 2],
  ['peak memory of the worker process, MB', ({ peakMemoryBytes }) => peakMemoryBytes / 1_048_576, 0],
];

const per1000 = ({ pages }: Figures, seconds: number) => (seconds * 1_000) / pages;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** One route as a table: medians, and the ratio of product to peer. */
export function routeTable({ route, product, crawlee, bare }: RouteReport): string {
  const head = [`${route} route`, 'product', 'Crawlee 3.18.1', 'product : Crawlee', 'bare loop'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const [name, of, digits] of ROWS) {
    const [ours, theirs, limit] = [product, crawlee, bare].map((runs) => median(runs.map(of)));
    const cells = [ours, theirs, limit].map((value = Number.NaN) => value.toFixed(digits));
    const ratio = (ours ?? Number.NaN) / (theirs ?? Number.NaN);
    table.push([name, cells[0] ?? '', cells[1] ?? '', Number.isFinite(ratio) ? ratio.toFixed(2) : '–', cells[2] ?? '']);
  }
  return `${table}\n${product[0]?.pages ?? 0} pages a run`;
}

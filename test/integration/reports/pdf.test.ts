import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPrinter, type Printer } from '../../../net/printer.js';
import { type ChartSpec, chartPng, chartSvg } from '../../../reports/chart.js';
import { printPdf } from '../../../reports/pdf.js';
import { testBrowser } from '../../support/browser.js';
import { readPdf } from '../../support/pdf.js';

const SPEC: ChartSpec = {
  id: 'success',
  title: 'Success rate',
  kind: 'line',
  unit: '%',
  x: ['11-21', '11-22'],
  series: [{ name: 'success', values: [97.25, 99.5] }],
  limit: { label: 'target', value: 98 },
};
/** Width and height stand in the first chunk of a PNG. */
const sizeOf = (png: Uint8Array) => [Buffer.from(png).readUInt32BE(16), Buffer.from(png).readUInt32BE(20)];

describe('pages that are printed', () => {
  let browser: Printer;
  beforeAll(async () => {
    browser = createPrinter(await testBrowser());
  });
  afterAll(() => browser.close());

  it('have text that can be selected, numbers of pages, and a chart with its labels', async () => {
    const html = `<h1>Ωmega report</h1>${chartSvg(SPEC)}<p style="break-before:page">last words</p>`;
    const pages = await readPdf(await printPdf(html, { title: 'Daily & <b>report</b>', header: 'DEMO' }, browser));
    expect(pages).toHaveLength(2);
    expect(pages[0]?.text).toMatch(/Ωmega report/);
    expect(pages[0]?.text).toMatch(/11-21.*11-22/);
    expect(pages[0]?.text).toMatch(/Daily & <b>report<\/b> .*page 1 of 2/);
    expect(pages[1]?.text).toMatch(/DEMO.*last words|last words.*DEMO/);
    expect(pages[0]).toMatchObject({ widthPoints: 612, heightPoints: 792 });
  });

  it('lie on their side where they are slides', async () => {
    const [page] = await readPdf(await printPdf('<p>slide</p>', { title: 'Monthly', landscape: true }, browser));
    expect(page).toMatchObject({ widthPoints: 792, heightPoints: 612 });
  });

  it('give a picture of a chart for mails', async () => {
    const png = (await chartPng(SPEC, browser)) ?? new Uint8Array();
    expect(sizeOf(png)).toEqual([1_240, 480]);
    expect(await chartPng({ ...SPEC, series: [] }, browser)).toBeNull();
  });
});

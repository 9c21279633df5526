import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import type { MarketFileName } from '../../../core/schemas/market-data.js';
import { cellsOf, figureOf } from '../../../sources/market-data/files/delimited.js';
import { readersOf } from '../../../sources/market-data/parse.js';

const readers = readersOf(2024);
const AREAS = { zips: new Set(['85031', '85705', '85745', '01001']), metros: new Set(['38060']) };
const excerpt = (name: string) => readFileSync(join(projectRoot(), 'sandbox/recordings/market-data', name), 'utf8');

async function* lines(text: string) {
  yield* text.replace(/\n$/, '').split('\n');
}
const read = (file: MarketFileName, text: string) => readers[file](lines(text), AREAS);

describe('cells', () => {
  it.each([
    ['a,b,c', ',', ['a', 'b', 'c']],
    ['a,,', ',', ['a', '', '']],
    ['', ',', ['']],
    ['1,"Phoenix-Mesa, AZ",2', ',', ['1', 'Phoenix-Mesa, AZ', '2']],
    ['"a ""b"" c",d', ',', ['a "b" c', 'd']],
    ['"never closed,b', ',', ['never closed,b']],
    ['"a"\t"b"', '\t', ['a', 'b']],
    ['"a",', ',', ['a', '']],
  ])('of %j are told apart', (line, separator, cells) => {
    expect(cellsOf(line, separator)).toEqual(cells);
  });

  it.each([
    ['1.5', 1.5],
    [' 310000 ', 310_000],
    ['1e5', 100_000],
    ['', null],
    ['NA', null],
    ['0x10', null],
    ['Infinity', null],
    ['1,000', null],
  ])('with %j are figures or not', (cell, figure) => {
    expect(figureOf(cell)).toBe(figure);
  });
});

describe('the census', () => {
  it('gives value and rent of five years, and null with a reason for what is withheld', async () => {
    const { indicators, rejects } = await read('census-acs', excerpt('acs5.json'));
    expect(rejects).toEqual([]);
    const of = (series: string, area: string) => indicators.find((one) => one.series === series && one.area === area);
    expect(of('census.B25077', '85031')).toEqual({
      series: 'census.B25077',
      area: '85031',
      period: '2024-12',
      months: 60,
      value: 279_000,
      reason: null,
      unit: 'USD',
      place: 'row 1, B25077_001E',
    });
    expect(of('census.B25064', '85745')).toMatchObject({ value: null, reason: 'withheld by the census (-666666666)' });
    expect(indicators.some(({ area }) => area === '10025')).toBe(false);
  });

  it.each(['', '<html>', '{"error":"x"}', '[]', '[["NAME"]]', '[[1,2]]'])(
    'that answers %j has drifted',
    async (text) => {
      await expect(read('census-acs', text)).rejects.toMatchObject({ code: 'SchemaDrift' });
    },
  );

  it('rejects a figure that is none', async () => {
    const text = '[["B25077_001E","B25064_001E","zip code tabulation area"],["many","900","85031"]]';
    const { indicators, rejects } = await read('census-acs', text);
    expect(indicators).toHaveLength(1);
    expect(rejects).toEqual([{ place: 'row 1, B25077_001E', reason: 'is no figure' }]);
  });
});

describe('Zillow', () => {
  it('gives a figure a month, ZIP codes with their zero again, and nothing for empty months', async () => {
    const { indicators, rejects } = await read('zillow-rents', excerpt('zori.csv'));
    expect(rejects).toEqual([]);
    const months = (area: string) => indicators.filter((one) => one.area === area).map(({ period }) => period);
    expect(months('85031')).toHaveLength(34);
    expect(months('85031').at(-1)).toBe('2026-10');
    expect(months('01001')).toHaveLength(20);
    expect(indicators[0]).toMatchObject({ series: 'zillow.zori', unit: 'USD a month', months: 1 });
    expect(indicators[0]?.place).toBe('RegionName 85031, 2024-01-31');
  });

  it.each([
    ['without the name of the region', (text: string) => text.replace('RegionName', 'Region'), 'SchemaDrift'],
    ['without a month', () => 'RegionName,RegionType\n85031,zip\n', 'SchemaDrift'],
    ['that is empty', () => '', 'SchemaDrift'],
    ['that is a page', () => '<!DOCTYPE html>\n<html></html>', 'SourceUnavailable'],
  ])('%s is told', async (_name, change, code) => {
    await expect(read('zillow-values', change(excerpt('zhvi.csv')))).rejects.toMatchObject({ code });
  });

  it('rejects a figure that is none, by row and column, and keeps the others', async () => {
    const text = 'RegionName,RegionType,2026-09-30,2026-10-31\n85031,zip,many,1500\n85031,county,1,1\n';
    expect(await read('zillow-rents', text)).toMatchObject({
      indicators: [{ value: 1_500, period: '2026-10' }],
      rejects: [{ place: 'RegionName 85031, 2026-09-30' }],
    });
  });
});

describe('Redfin', () => {
  it('gives windows of three months of all homes, and leaves empty cells out', async () => {
    const { indicators, rejects } = await read('redfin-zip', excerpt('redfin.tsv'));
    expect(rejects).toEqual([]);
    const of = (area: string) => indicators.filter((one) => one.area === area);
    expect(of('85031')).toHaveLength(3 * 7);
    expect(of('85705')).toHaveLength(3 * 6);
    expect(of('85031').map(({ months }) => months)).toEqual(Array(21).fill(3));
    expect(of('85031').at(-1)?.period).toBe('2026-10');
  });

  it('reads columns by name, whatever their case and order', async () => {
    const [header = '', ...rows] = excerpt('redfin.tsv').split('\n');
    const { indicators } = await read('redfin-zip', [header.toLowerCase(), ...rows].join('\n'));
    expect(indicators.length).toBeGreaterThan(0);
    await expect(read('redfin-zip', header.replace('MEDIAN_DOM', 'DOM'))).rejects.toMatchObject({
      code: 'SchemaDrift',
    });
  });
});

describe('the FHFA', () => {
  it('gives quarters of our metropolitan areas, each flavour in its own series', async () => {
    const { indicators, rejects } = await read('fhfa-hpi', excerpt('hpi_master.csv'));
    expect(rejects).toEqual([]);
    expect(new Set(indicators.map(({ area }) => area))).toEqual(new Set(['metro:38060']));
    expect(indicators.map(({ series }) => series).filter((name) => name === 'fhfa.purchase_only')).toHaveLength(7);
    expect(indicators.at(-1)).toMatchObject({
      series: 'fhfa.all_transactions',
      period: '2026-09',
      months: 3,
      unit: 'index',
    });
  });

  it('rejects a quarter that is none', async () => {
    const text = excerpt('hpi_master.csv').replace(',2025,1,', ',2025,9,');
    expect((await read('fhfa-hpi', text)).rejects).toHaveLength(1);
  });
});

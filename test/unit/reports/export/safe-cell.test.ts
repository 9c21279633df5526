import { describe, expect, it } from '@jest/globals';
import { createEncoder } from '../../../../reports/export/formats.js';
import { safeCell } from '../../../../reports/export/safe-cell.js';
import { parse } from '../../../support/csv.js';

describe('a text in a table', () => {
  it.each([
    ['a formula', '=1+1', "'=1+1"],
    ['a call with plus', '+SUM(A1)', "'+SUM(A1)"],
    ['a call with minus', '-SUM(A1)', "'-SUM(A1)"],
    ['a call with at', '@SUM(A1)', "'@SUM(A1)"],
    ['blanks before it', '  =1', "'  =1"],
    ['a hard blank before it', '\u00a0=1', "'\u00a0=1"],
    ['a mark without width before it', '\u200b\ufeff=1', "'\u200b\ufeff=1"],
    ['a quotation mark before it', '"=1', `'"=1`],
    ['an apostrophe before it', "'=1", "''=1"],
    ['curly quotation marks before it', '“=1”', "'“=1”"],
    ['a full-width equals sign', '＝1', "'＝1"],
    ['a full-width plus', '＋1', "'＋1"],
    ['a full-width minus', '－1+cmd', "'－1+cmd"],
    ['a full-width at', '＠x', "'＠x"],
    ['a small equals sign', '﹦1', "'﹦1"],
    ['a tab first', '\tx', "'\tx"],
    ['a carriage return first', '\rx', "'\rx"],
    ['a tab and a formula', '\t=1', "'\t'=1"],
    ['a formula on the second line', 'nice\r\n=1', "nice\r\n'=1"],
    ['a formula behind a tab', 'nice\t=1', "nice\t'=1"],
    ['a formula behind a semicolon', 'nice; =1', "nice;' =1"],
    ['a command behind a bar', 'cmd|=1', "cmd|'=1"],
    ['a date that would be worked out', '-2+3', "'-2+3"],
  ])('does not run %s', (_name, text, safe) => {
    expect(safeCell(text)).toBe(safe);
  });

  it.each(['-5', '+5', '-1234.50', '0', '3 beds - 2 baths', 'a = b', 'me@home', 'x-y', '', 'Bj—örk', '{"a":"=1"}'])(
    'stays as it is: %s',
    (text) => {
      expect(safeCell(text)).toBe(text);
    },
  );

  it('is written safely whatever the type of its column, and numbers stay numbers', () => {
    const encoder = createEncoder(
      'csv',
      [
        { name: 'words', type: 'text', reso: null },
        { name: 'list', type: 'list', reso: null },
        { name: 'parts', type: 'json', reso: null },
        { name: 'price', type: 'number', reso: null },
        { name: 'nothing', type: 'text', reso: null },
      ],
      'test',
    );
    const row = ['=1,"2"\r\n=3', ['=x', 'pool'], [{ quote: 'a;=1' }], -12.5, null];
    const bytes = [encoder.begin(), encoder.rows([row]), encoder.end()];
    expect(parse(Buffer.concat(bytes).toString('utf8'))).toEqual([
      ['words', 'list', 'parts', 'price', 'nothing'],
      [`'=1,"2"\r\n'=3`, "'=x, pool", `[{"quote":"a;'=1"}]`, '-12.5', ''],
    ]);
  });
});

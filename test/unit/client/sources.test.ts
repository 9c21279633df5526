import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../../client/cli.js';
import { Faults } from '../../../client/run-request.js';
import { readAsOf, readDays, readPace, readSince } from '../../../client/source-request.js';
import { keepingIo } from '../../support/phx.js';

async function cli(...argv: string[]) {
  const io = keepingIo();
  const code = await runCli(argv, io, new AbortController().signal);
  return { code, ...io.written };
}

describe('a command about sources or windows that is wrong', () => {
  it.each([
    ['an unknown source', ['sources', 'pause', 'zillow'], /source "zillow" is unknown/],
    ['a beginning of two names', ['sources', 'probe', 'maricopa'], /may be maricopa-assessor or maricopa-gis/],
    ['no source', ['sources', 'probe'], /missing required argument/],
    ['a permission without a reference', ['sources', 'permit', 'phoenix', '--by', 'X'], /--reference is needed/],
    ['a permission without a name', ['sources', 'permit', 'phoenix', '--reference', 'X'], /--by is needed/],
    ['a permission with blanks', ['sources', 'permit', 'phoenix', '--reference', ' ', '--by', '\t'], /needed/],
    [
      'a permission for all',
      ['sources', 'permit', 'phoenix', '--for', 'everything'],
      /--for must be collection, proxies/,
    ],
    ['a novel as a reason', ['sources', 'pause', 'phoenix', '--note', 'x'.repeat(501)], /longer than 500/],
    ['a pace of words', ['sources', 'pace', 'phoenix', 'slow'], /pace must be like/],
    ['a pace of nothing', ['sources', 'pace', 'phoenix', '0/1m'], /pace must be like/],
    ['a pace in weeks', ['sources', 'pace', 'phoenix', '1/2w'], /pace must be like/],
    ['an audit since a word', ['sources', 'audit', '--since', 'yesterday'], /--since must be/],
    ['an audit since a day that is none', ['sources', 'audit', '--since', '2026-02-30'], /--since must be/],
    ['a list of a day that is none', ['windows', 'list', '--date', '2026-13-01'], /--date must be/],
    ['a gap that ends before it begins', ['windows', 'fill', '2026-03-02:2026-03-01'], /is after/],
    ['a gap in the future', ['windows', 'fill', '2999-01-01'], /has not come yet/],
    ['a gap of years', ['windows', 'fill', '2020-01-01:2026-01-01'], /at most 366 days/],
    ['a gap of words', ['windows', 'fill', 'last-30-days'], /days must be/],
    ['a gap of three days', ['windows', 'fill', '2026-03-01:2026-03-02:2026-03-03'], /days must be/],
  ])('%s is refused with exit code 2', async (_what, argv, message) => {
    const { code, stdout, stderr } = await cli(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('words of a command line', () => {
  const market = { county: 'us-xx', timeZone: 'America/Denver', zips: ['80014'], sources: ['reso' as const] };
  const read = <T>(reader: (faults: Faults) => T) => reader(new Faults());

  it.each([
    ['30/1m', { requests: 30, windowMs: 60_000 }],
    ['1/10s', { requests: 1, windowMs: 10_000 }],
    ['500/24h', { requests: 500, windowMs: 86_400_000 }],
    ['off', null],
  ])('%s is a pace', (text, pace) => {
    expect(read((faults) => readPace(text, faults))).toEqual(pace);
  });

  it.each([
    ['2026-11-22', '2026-11-22T07:00:00.000Z'],
    ['2026-07-04', '2026-07-04T06:00:00.000Z'],
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00-07:00', '2026-11-22T17:00:00.000Z'],
  ])('%s is an instant, in a zone with daylight saving time', (text, instant) => {
    expect(read((faults) => readSince(text, market, faults))?.toISOString()).toBe(instant);
  });

  it.each([
    ['2026-03-02', '2026-03-03T06:59:59.999Z'],
    ['2026-03-02T10:00:00Z', '2026-03-02T10:00:00.000Z'],
  ])('reads %s as of its end', (text, instant) => {
    expect(read((faults) => readAsOf('--as-of', text, market, faults))?.toISOString()).toBe(instant);
  });

  it('one day is a range', () => {
    expect(read((faults) => readDays('2026-03-01', '2026-03-02', faults))).toEqual({
      from: '2026-03-01',
      to: '2026-03-01',
    });
  });
});

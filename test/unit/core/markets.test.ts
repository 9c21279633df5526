import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { defaultMarket, loadMarkets, loadSchedules, type Market, zipsOf } from '../../../core/product-settings.js';
import { SOURCE_NAMES } from '../../../core/schemas/names.js';
import { CODE_FOLDERS, codeFiles } from '../../support/import-lines.js';

/** Where names of markets and ZIP codes of theirs may stand: settings, sources and what imitates them. */
const KNOWS_MARKETS = /^(config|sources|sandbox|bench)\//;
/** The rest that may name one, each with its reason. */
const MAY_NAME: Readonly<Record<string, string>> = {
  'client/definitions/': 'examples of the help',
  'llm/evaluate/homes.ts': 'the home that texts of strangers are tried on',
  'domain/address.ts': 'places that may end an address of the state, whatever the market',
};

const markets = loadMarkets();
const pathOf = ({ parentPath, name }: Dirent) => join(parentPath, name);
const text = (file: string) => readFileSync(join(projectRoot(), file), 'utf8');
/** Code without its comments, where a ZIP code is an example. */
const statements = (file: string) => text(file).replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1');

describe('a market', () => {
  it('is named in settings alone, and so are its ZIP codes', () => {
    const names = Object.keys(markets).filter((name) => name !== defaultMarket());
    const words = new RegExp(
      `\\b(${[...names, ...Object.values(markets).flatMap(({ zips }) => zips)].join('|')})\\b`,
      'i',
    );
    const free = CODE_FOLDERS.flatMap(codeFiles).filter(
      (file) => !KNOWS_MARKETS.test(file) && !Object.keys(MAY_NAME).some((path) => file.startsWith(path)),
    );
    expect(free.filter((file) => words.test(statements(file)))).toEqual([]);
  });

  it('touches two files of settings, and a folder where its source is new', () => {
    const files = readdirSync(join(projectRoot(), 'config'), { withFileTypes: true, recursive: true });
    const touched = files.filter(
      (file) => file.isFile() && /scottsdale/.test(text(relative(projectRoot(), pathOf(file)))),
    );
    expect(touched.map(({ name }) => name).sort()).toEqual(['markets.json', 'schedules.json']);
    const own = (name: string) => markets[name]?.sources.filter((source) => !markets.phoenix?.sources.includes(source));
    expect(own('scottsdale')).toEqual([]);
    expect(own('tucson')).toEqual(['pima-assessor']);
  });

  it('has a schedule in its own time zone; a new one waits for a person', () => {
    const days = loadSchedules().filter((row) => row.workflow === 'dailySequence');
    const rows = days.map(({ market, timeZone, startsPaused }) => [market, timeZone, startsPaused ?? false]);
    expect(rows).toEqual(
      Object.entries(markets).map(([name, { timeZone }]) => [name, timeZone, name !== defaultMarket()]),
    );
  });

  it('has sources that there are, and one county', () => {
    for (const { sources, county } of Object.values(markets)) {
      expect(sources.every((name) => SOURCE_NAMES.includes(name))).toBe(true);
      const inState = sources.filter((name) => name.endsWith('-assessor'));
      expect(inState).toEqual([`${county.replace('us-az-', '')}-assessor`]);
    }
  });
});

describe('the ZIP codes that a run walks', () => {
  const market = (zips: readonly string[]): Market => ({
    county: 'us-co-denver',
    timeZone: 'America/Denver',
    zips: [...zips],
    sources: ['reso'],
    metro: '19740',
  });
  const two = { first: market(['80202', '80203']), second: market(['80205']) };
  it.each([
    ['first', [], ['80202', '80203']],
    ['first', ['80210', '80210'], ['80202', '80203', '80210']],
    ['first', ['80202', '80205'], ['80202', '80203']],
    ['second', ['80210'], ['80205']],
    ['third', ['80210'], []],
  ] as const)('of the %s market beside %j are %j', (name, extra, expected) => {
    expect(zipsOf(name, extra, two)).toEqual(expected);
  });
});

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problemOf } from '../../../client/errors.js';
import { nearest } from '../../../client/nearest.js';
import { exitCodeOf, runDocument } from '../../../client/run-document.js';
import { Faults, readRunFlags } from '../../../client/run-request.js';
import { partIdOf, runTargetOf } from '../../../client/run-target.js';
import { sequenceIdOf } from '../../../client/starters.js';
import { dataFolderOf, readWorldFlags } from '../../../client/world.js';
import { loadConfig } from '../../../core/config.js';
import { BadConfig, BudgetExceeded, NetworkError, RateLimited, StoreUnavailable } from '../../../core/errors.js';
import { optionsIn } from '../../../core/run-options.js';
import { DEFAULT_RUN_OPTIONS } from '../../../core/schemas/run.js';
import { SAMPLE_SUMMARY } from '../../support/run-summary-sample.js';

const DAY = { market: 'phoenix', runDate: '2026-03-02' };

describe('the workflow id of a request', () => {
  const idOf = (options: object) =>
    sequenceIdOf({ ...DAY, options: { ...DEFAULT_RUN_OPTIONS, ...options } }).workflowId;

  it('is the day when nothing narrows it', () => {
    expect(idOf({})).toBe('daily/phoenix/2026-03-02');
    expect(idOf({ force: true, forceLlm: true, llmSeconds: 5 })).toBe('daily/phoenix/2026-03-02');
  });

  it('is the same for the same scope, in whatever order it is named', () => {
    const one = idOf({ zips: ['85033', '85031'], limit: 5 });
    expect(one).toMatch(/^adhoc\/phoenix\/2026-03-02\/[0-9a-f]{8}$/);
    expect(idOf({ zips: ['85031', '85033'], limit: 5 })).toBe(one);
  });

  it.each([{ limit: 6 }, { zips: ['85031'] }, { sources: ['phoenix-mls'] }])('differs with the scope %j', (options) => {
    expect(idOf(options)).not.toBe(idOf({ limit: 5 }));
  });

  it('takes all sources of the market by name for no choice', () => {
    const faults = new Faults();
    const { options } = readRunFlags({ source: ['maricopa-a', 'phoenix-mls', 'maricopa-g'] }, faults);
    expect(options.sources).toBeNull();
  });
});

describe('mode test', () => {
  it.each([
    [null, 25],
    [100, 25],
    [3, 3],
  ])('asks a limit of %j for at most 25 records of a ZIP', (limit, expected) => {
    expect(optionsIn('test', { ...DEFAULT_RUN_OPTIONS, limit }).limit).toBe(expected);
    expect(optionsIn('production', { ...DEFAULT_RUN_OPTIONS, limit }).limit).toBe(limit);
  });
});

describe('a run argument', () => {
  it.each([
    ['2026-03-02', 'daily/phoenix/2026-03-02'],
    ['daily/phoenix/2026-03-02', 'daily/phoenix/2026-03-02'],
    ['adhoc/phoenix/2026-03-02/0123abcd', 'adhoc/phoenix/2026-03-02/0123abcd'],
  ])('%s names %s', (text, workflowId) => {
    expect(runTargetOf(text)).toEqual({ workflowId, ...DAY });
  });

  it('names today without one', () => {
    expect(runTargetOf(undefined)).toEqual(runTargetOf('today'));
  });

  it.each([
    [{}, 'daily/phoenix/2026-03-02'],
    [{ source: ['maricopa-a'] }, 'daily/phoenix/2026-03-02/maricopa-assessor'],
    [{ source: ['phoenix'], zip: ['85031'] }, 'daily/phoenix/2026-03-02/phoenix-mls/85031'],
  ])('with %j leads to %s', (flags, id) => {
    expect(partIdOf(runTargetOf('2026-03-02'), flags)).toBe(id);
  });
});

describe('exit codes', () => {
  it.each([
    [new BadConfig(['A is missing', 'B is wrong']), 2],
    [new NetworkError('127.0.0.1:7233', 'no answer'), 6],
    [new StoreUnavailable('database away'), 6],
    [new RateLimited('host', 1_000), 75],
    [new BudgetExceeded('spent'), 75],
    [new Error('a bug'), 1],
    ['text', 1],
  ])('%s is %i', (error, exitCode) => {
    expect(problemOf(error).exitCode).toBe(exitCode);
  });

  it.each([
    ['complete', 0],
    ['partial', 3],
    ['failed', 1],
    ['cancelled', 130],
  ] as const)('a run that is %s is %i', (status, exitCode) => {
    expect(exitCodeOf(status)).toBe(exitCode);
  });

  it('keeps every fault of the settings apart', () => {
    expect(problemOf(new BadConfig(['A is missing', 'B is wrong'])).faults).toEqual(['A is missing', 'B is wrong']);
  });
});

describe('the document of a run', () => {
  const config = loadConfig({
    env: { TEMPORAL_UI_URL: 'http://127.0.0.1:8233', MONGODB_URL: 'mongodb://u:hidden@h/' },
  });
  const document = runDocument(SAMPLE_SUMMARY, null, config);

  it('has its fields in their order', () => {
    expect(Object.keys(document)).toEqual(
      'schemaVersion runId status mode runDate stack counts sources llm links report'.split(' '),
    );
    expect(Object.keys(document.stack)).toEqual(['temporal', 'mongodb', 'llm', 'browser']);
    expect(Object.keys(document.llm)).toEqual(['model', 'calls', 'cached', 'tokens', 'ruleOnly', 'pending']);
  });

  it('holds the equation for the run and its ZIPs', () => {
    const { counts, sources } = document;
    for (const row of [counts, ...sources.flatMap(({ zips }) => zips)]) {
      expect(row.seen).toBe(row.stored + row.unchanged + row.quarantined + row.excluded);
    }
  });

  it('leads to the Web UI, and shows no password', () => {
    expect(document.links.temporal).toBe(
      'http://127.0.0.1:8233/namespaces/phoenix-demo/workflows/daily%2Fphoenix%2F2025-11-22',
    );
    expect(JSON.stringify(document)).not.toContain('hidden');
  });
});

describe('worlds of the sandbox', () => {
  let folder: string;
  const config = loadConfig({ env: {} });
  const folderOf = (flags: object) => dataFolderOf(config, readWorldFlags(flags, 'demo', new Faults()));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phoenix-recordings-'));
    await cp('sandbox/recordings/maricopa', join(folder, 'a'), { recursive: true });
    await cp(join(folder, 'a'), join(folder, 'b'), { recursive: true });
    await cp(join(folder, 'a'), join(folder, 'c'), { recursive: true });
    await writeFile(join(folder, 'c', 'more.json'), '{}');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('have the default folder when nothing else is asked for', async () => {
    expect(await folderOf({})).toBe(config.dataFolder);
    expect(await folderOf({ recordings: 'sandbox/recordings/maricopa', parcels: '120' })).toBe(config.dataFolder);
  });

  it('are named by what is in them, not by where it lies', async () => {
    const one = await folderOf({ recordings: join(folder, 'a') });
    expect(one).toMatch(/demo-[0-9a-f]{8}$/);
    expect(await folderOf({ recordings: join(folder, 'b') })).toBe(one);
    expect(await folderOf({ recordings: join(folder, 'c') })).not.toBe(one);
    expect(await folderOf({ recordings: join(folder, 'a'), parcels: '30' })).not.toBe(one);
  });

  it('keep a folder that a person named', async () => {
    const named = loadConfig({ env: { PHOENIX_DATA: folder } });
    expect(await dataFolderOf(named, { recordings: join(folder, 'a'), parcels: null })).toBe(folder);
  });
});

describe('the nearest name', () => {
  it.each([
    ['strat', ['start', 'stop'], 'start'],
    ['mls', ['maricopa-assessor', 'phoenix-mls', 'maricopa-gis'], 'phoenix-mls'],
    ['Livin', ['City', 'LivingArea'], 'LivingArea'],
    ['zillow', ['maricopa-assessor', 'phoenix-mls', 'maricopa-gis'], null],
    ['x', [], null],
  ])('of %s among %j is %j', (word, names, expected) => {
    expect(nearest(word, names)).toBe(expected);
  });
});

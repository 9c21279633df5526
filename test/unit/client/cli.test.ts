import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../../client/cli.js';
import { keepingIo } from '../../support/phx.js';

async function cli(...argv: string[]) {
  const io = keepingIo();
  const code = await runCli(argv, io, new AbortController().signal);
  return { code, ...io.written };
}

describe('a command line that is wrong', () => {
  it.each([
    [
      'an unknown source',
      ['--source', 'zillow'],
      /source "zillow" is unknown; there are: maricopa-assessor, phoenix-mls/,
    ],
    ['a source by another part of its name', ['--source', 'mls'], /did you mean phoenix-mls\?/],
    ['a ZIP code of letters', ['--zip', 'abcde'], /"abcde" is not five digits/],
    ['a ZIP code of four digits', ['--zip', '8503'], /"8503" is not five digits/],
    ['an empty ZIP code', ['--zip', ''], /"" is not five digits/],
    ['a day that no calendar has', ['--date', '2026-13-40'], /--date .* not "2026-13-40"/],
    ['30 February', ['--date', '2026-02-30'], /--date .* not "2026-02-30"/],
    ['a limit of 0', ['--limit', '0'], /--limit .* not "0"/],
    ['a limit with a sign', ['--limit=-5'], /--limit .* not "-5"/],
    ['a limit in words', ['--limit', 'ten'], /--limit .* not "ten"/],
    ['half a second for the model', ['--llm-seconds', '0.5'], /--llm-seconds .* not "0.5"/],
    ['an unknown mode', ['--mode', 'prod'], /--mode must be one of demo, test, production/],
    ['a flag that does not exist', ['--zips', '85031'], /unknown option '--zips'[\s\S]*--zip/],
    ['a time-out of nothing', ['--timeout', '0'], /--timeout/],
    ['two settings files', ['--config', 'a', '--profile', 'b'], /exclude each other/],
  ])('is refused with exit code 2 for %s', async (_what, flags, message) => {
    const { code, stdout, stderr } = await cli('runs', 'start', ...flags);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ at .*\.ts:/);
  });

  it('names all problems at once', async () => {
    const { stderr } = await cli(
      'runs',
      'start',
      '--source',
      'x',
      '--zip',
      'abcde,1',
      '--limit',
      '0',
      '--date',
      'x',
      '--mode',
      'y',
    );
    expect(stderr.match(/^ {2}- /gm)).toHaveLength(6);
  });

  it('is one JSON document on stderr with --json, with the same exit code', async () => {
    const { code, stdout, stderr } = await cli(
      'start',
      '--limit',
      '0',
      '--recordings',
      '/nowhere',
      '--parcels',
      '0',
      '--json',
    );
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const { error } = JSON.parse(stderr);
    expect(Object.keys(error)).toEqual(['code', 'message', 'hint', 'docs']);
    expect(error.code).toBe('UsageError');
    for (const flag of ['--limit', '--recordings', '--parcels']) expect(error.message).toContain(flag);
  });

  it('is JSON too when the command itself is unknown', async () => {
    const { code, stderr } = await cli('--json', 'runs', 'strat');
    expect(code).toBe(2);
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'UsageError', message: expect.stringContaining('start') });
  });

  it('is refused when sandbox flags meet real services', async () => {
    const { code, stderr } = await cli('start', '--mode', 'production', '--parcels', '10');
    expect(code).toBe(2);
    expect(stderr).toMatch(/belong to mode demo/);
  });

  it.each([
    ['a ZIP without its source', ['runs', 'pause', '--zip', '85031'], 2],
    ['two sources at once', ['runs', 'pause', '--source', 'maricopa-a,phoenix'], 2],
    ['a name that can be no run', ['runs', 'show', 'yesterday'], 5],
    ['a run of a day that does not exist', ['runs', 'show', 'daily/phoenix/2026-02-30'], 5],
    ['no parcel number', ['property', 'show', '12-34'], 2],
    ['a group without its verb', ['runs'], 2],
    ['a shell that is not known', ['completion', 'tcsh'], 2],
    ['no argument where one is needed', ['property', 'show'], 2],
    ['an argument too many', ['runs', 'list', 'all'], 2],
  ])('ends with its exit code for %s', async (_what, argv, expected) => {
    expect((await cli(...argv)).code).toBe(expected);
  });
});

describe('help', () => {
  it('shows a line about the command, examples, then options', async () => {
    const { code, stdout } = await cli('runs', 'start', '--help');
    expect(code).toBe(0);
    const places = ['Start or join a run', 'Examples:', 'phx runs start --source', '--plan', 'Global Options:'].map(
      (text) => stdout.indexOf(text),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('gives the version', async () => {
    expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('knows commands, flags and sources for %s', async (shell) => {
    const { code, stdout } = await cli('completion', shell);
    expect(code).toBe(0);
    for (const word of ['schedules', 'trigger', '--llm-seconds']) expect(stdout).toContain(word);
  });
});

import { expect, it } from '@jest/globals';
import { runCli } from '../../../client/cli.js';
import { keepingIo } from '../../support/phx.js';

it.each([
  [['--what', 'houses'], '--what must be one of'],
  [['--format', 'xlsx'], '--format must be one of'],
  [['--range', 'last-week'], '--range must be'],
  [['--filter', 'price of=3'], '--filter must be like'],
  [['--what', 'events', '--filter', 'list_price=3'], 'there are: event_id, kind'],
  [['--as-of', '2026-11-20', '--range', 'last-7-days'], 'exclude each other'],
  [['--what', 'costs', '--provenance'], '--provenance is of'],
  [['--what', 'windows', '--as-of', '2026-11-20'], 'no earlier state'],
  [['--zip', '850'], 'not five digits'],
  [['--json', '--out', '-'], 'both are stdout'],
])('phx export refuses %j in words', async (flags, words) => {
  const io = keepingIo();
  const code = await runCli(['export', ...flags], io, new AbortController().signal);
  expect([code, io.written.stdout]).toEqual([2, '']);
  expect(io.written.stderr).toContain(words);
});

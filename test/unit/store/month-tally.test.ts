import { describe, expect, it } from '@jest/globals';
import { createMonthTally } from '../../../store/cost/month-tally.js';

const AT = Date.parse('2026-11-20T12:00:00Z');
const MINUTE_MS = 60_000;

/** Rows as a database would keep them, and how many of them were read. */
function rowsOf(times: number[]) {
  const seen = { rows: 0 };
  const read = async (from: Date, to: Date | null) => {
    const found = times.filter((ms) => ms >= from.getTime() && (to === null || ms < to.getTime()));
    seen.rows += found.length;
    return found.length === 0
      ? new Map<string, readonly number[]>()
      : new Map([['source ok', [found.length, 2 * found.length]]]);
  };
  return { times, seen, read };
}

describe('a tally of the month', () => {
  it('counts every row since the first of the month once, and reads what is settled only once', async () => {
    const old = Array.from({ length: 500 }, (_, at) => AT - 3 * 3_600_000 - at * MINUTE_MS);
    const { times, seen, read } = rowsOf([...old, Date.parse('2026-10-31T23:59:59Z'), AT - MINUTE_MS]);
    const tally = createMonthTally(read);
    expect((await tally(AT)).get('source ok')).toEqual([501, 1_002]);
    const afterFirst = seen.rows;
    times.push(AT + MINUTE_MS);
    expect((await tally(AT + 2 * MINUTE_MS)).get('source ok')).toEqual([502, 1_004]);
    expect(seen.rows - afterFirst).toBe(2);
  });

  it('takes in a row that comes late, as long as it can still change', async () => {
    const { times, read } = rowsOf([]);
    const tally = createMonthTally(read);
    await tally(AT);
    times.push(AT - 20 * MINUTE_MS);
    expect((await tally(AT + MINUTE_MS)).get('source ok')).toEqual([1, 2]);
    expect((await tally(AT + 90 * MINUTE_MS)).get('source ok')).toEqual([1, 2]);
  });

  it('begins anew with the month', async () => {
    const { times, read } = rowsOf([AT]);
    const tally = createMonthTally(read);
    expect((await tally(AT + MINUTE_MS)).size).toBe(1);
    times.push(Date.parse('2026-12-01T00:00:05Z'));
    expect((await tally(Date.parse('2026-12-01T00:00:10Z'))).get('source ok')).toEqual([1, 2]);
  });
});

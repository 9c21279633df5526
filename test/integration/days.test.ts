import { beforeAll, describe, expect, it } from '@jest/globals';
import { testBrowser } from '../support/browser.js';
import { type DaysFigures, type DaysPlan, runDays } from '../support/days.js';

/** `npm run prove` sets it (`--days`): two weeks, with a bad day, another layout of the listing site, and a kill each day. */
const days = Number(process.env.PHOENIX_PROVE_DAYS ?? '0');
const PLAN: Omit<DaysPlan, 'kills'> =
  days > 0
    ? {
        days,
        parcelsPerZip: 60,
        listings: 90,
        chromium: await testBrowser(),
        layoutDay: Math.ceil(days / 3),
        badDay: Math.ceil(days / 2),
      }
    : { days: 3, parcelsPerZip: 20, listings: 30, chromium: null, layoutDay: null, badDay: null };
/** The last of a few; of two weeks every one but the first. */
const KILLS = days > 0 ? Array.from({ length: days - 1 }, (_, at) => at + 2) : [PLAN.days];
const WAIT_MS = days > 0 ? days * 1_200_000 : 900_000;

describe(`${PLAN.days} days of a market, with workers that are killed`, () => {
  let whole: DaysFigures;
  let killed: DaysFigures;
  beforeAll(async () => {
    [whole, killed] = await Promise.all([runDays({ ...PLAN, kills: [] }), runDays({ ...PLAN, kills: KILLS })]);
    const { told, expected, seconds, kills } = killed;
    const right = told.filter((line) => expected.includes(line)).length;
    const figures = { days: PLAN.days, kills, secondsWithout: whole.seconds, seconds, events: told.length };
    const shares = { precision: right / told.length, recall: right / expected.length };
    process.stderr.write(`${JSON.stringify({ ...figures, ...shares, replayed: [whole.replayed, killed.replayed] })}\n`);
  }, WAIT_MS);

  it('were as bad as planned', () => {
    expect([whole.kills, killed.kills]).toEqual([0, KILLS.length]);
  });

  it.each([
    ['nobody', () => whole],
    ['killed workers', () => killed],
  ])('tell each event of the truth once, and no other, with %s', (_name, figures) => {
    expect(figures().told).toEqual(figures().expected);
    expect(figures().told.length).toBeGreaterThan(0);
  });

  it('can each be looked back to', () => {
    for (const { lookBack } of [whole, killed]) {
      for (const [day, wrong] of Object.entries(lookBack)) expect([day, wrong]).toEqual([day, []]);
    }
  });

  it('are read once more without a request, and nothing of them differs', () => {
    for (const { replayed } of [whole, killed]) {
      expect(replayed).toMatchObject({ different: 0, requests: 0, added: 0 });
      expect(replayed.records).toBeGreaterThan(0);
    }
  });

  it('leave the same database as days without kills', () => {
    expect(killed.content).toEqual(whole.content);
  });
});

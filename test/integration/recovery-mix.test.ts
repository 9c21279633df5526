import { beforeAll, describe, expect, it } from '@jest/globals';
import { testBrowser } from '../support/browser.js';
import { addsUp } from '../support/fault-world.js';
import { type MixOutcome, type MixPlan, runMix } from '../support/recovery-mix.js';

/** `npm run prove:recovery` sets it (`--scale`): the real paces, so many times as fast, and every fault as often as there is time for. */
const scale = Number(process.env.PHOENIX_PROVE_SCALE ?? '0');
const PLAN: MixPlan =
  scale > 0
    ? { scale, parcelsPerZip: 150, listings: 90, rounds: 3 }
    : { scale: 20, parcelsPerZip: 40, listings: 12, rounds: 1 };
/**
 * A browser or proxy that nobody uses when it dies fails nothing, nor does a database that is back before its driver gives up: of
 * several one is noticed, a single one may pass.
 */
const MAY_BE_IDLE = new Set(['dead proxy', 'browser killed', 'database killed']);
const LEAST_NOTICED = scale > 0 ? 1 : 0;
const DETECT_S = 120;
const RECOVER_S = 300;

const chromium = await testBrowser();

describe(`a day under twelve kinds of fault, ${PLAN.rounds} times each at most`, () => {
  let mix: MixOutcome;
  beforeAll(
    async () => {
      mix = await runMix(PLAN, chromium);
      const { recoveries, failed, faults } = mix;
      process.stderr.write(`${JSON.stringify({ recoveries, failed }, null, 2)}\n`);
      for (const row of faults) process.stderr.write(`${JSON.stringify(row)}\n`);
    },
    scale > 0 ? 3_600_000 : 600_000,
  );

  it('met every one of them, and every one was noticed', () => {
    expect(mix.faults.filter(({ struck }) => struck === 0)).toEqual([]);
    const unseen = mix.faults.filter(
      ({ fault, struck, noticed }) => noticed < (MAY_BE_IDLE.has(fault) ? LEAST_NOTICED : struck),
    );
    expect(unseen).toEqual([]);
  });

  it('put all of them right without a person, within the run', () => {
    expect(mix.failed).toEqual([]);
  });

  it('noticed it within two minutes and put it right within five, by its own record and by that of the services', () => {
    const { detect, recover } = mix.recoveries;
    for (const seconds of [(detect.maxMs ?? 0) / 1_000, ...mix.faults.map(({ detectS }) => detectS ?? 0)])
      expect(seconds).toBeLessThan(DETECT_S);
    for (const seconds of [(recover.maxMs ?? 0) / 1_000, ...mix.faults.map(({ recoverS }) => recoverS ?? 0)])
      expect(seconds).toBeLessThan(RECOVER_S);
  });

  it('left what a day without faults leaves: nothing lost, nothing doubled, nothing for the next run', () => {
    expect(addsUp(mix.summary)).toBe(true);
    expect(mix.summary).toMatchObject({ status: 'complete', missing: [] });
    expect(mix.found).toEqual(mix.expected);
  });
});

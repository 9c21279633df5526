import { describe, expect, it } from '@jest/globals';
import { BadConfig } from '../../../core/errors.js';
import {
  loadMarkets,
  loadPhaseBudgets,
  loadSchedules,
  marketOf,
  quotaBytesOf,
} from '../../../core/product-settings.js';

describe('product settings', () => {
  it('have Phoenix with its three ZIPs and its sources', () => {
    expect(marketOf('phoenix')).toEqual({
      county: 'us-az-maricopa',
      timeZone: 'America/Phoenix',
      zips: ['85031', '85033', '85035'],
      sources: ['maricopa-assessor', 'phoenix-mls', 'maricopa-gis'],
      metro: '38060',
      alternatives: { 'maricopa-assessor': 'maricopa-gis', 'phoenix-mls': 'reso' },
    });
  });

  it.each(['nowhere', '__proto__', 'constructor'])('refuse the market %s and name those there are', (name) => {
    expect(() => marketOf(name)).toThrow(BadConfig);
    expect(() => marketOf(name)).toThrow(/phoenix/);
  });

  it('put a ZIP into one market only', () => {
    const zips = Object.values(loadMarkets()).flatMap((market) => market.zips);
    expect(new Set(zips).size).toBe(zips.length);
  });

  it('leave time for the phases to end by 05:00', () => {
    const { enrich: _besideCollect, ...inTurn } = loadPhaseBudgets();
    const minutes = Object.values(inTurn).reduce((sum, { budgetMinutes }) => sum + budgetMinutes, 0);
    expect(minutes).toBeLessThanOrEqual(120);
  });

  it('count the quota in MiB, for whoever asks', () => {
    expect(quotaBytesOf('production')).toBe(512 * 1_048_576);
    expect(quotaBytesOf('demo')).toBeNull();
  });

  it('leave out no daily report where the mail of the day before is still being tried when it comes', () => {
    const daily = loadSchedules().filter((row) => row.workflow === 'scheduledReport' && row.report === 'daily');
    expect(daily.length).toBeGreaterThan(0);
    expect(daily.map(({ overlap }) => overlap)).toEqual(daily.map(() => 'BUFFER_ONE'));
  });

  it('schedule every market there is, in its own time zone', () => {
    const markets = loadMarkets();
    for (const schedule of loadSchedules()) {
      if (schedule.workflow === 'dailySequence') expect(schedule.timeZone).toBe(markets[schedule.market]?.timeZone);
    }
  });
});

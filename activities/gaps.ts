import type { Config } from '../core/config.js';
import { runDateOf } from '../core/dates.js';
import { marketOf, zipsOf } from '../core/product-settings.js';
import type { FillDayInput, FillDayPlan, FillPart } from '../core/schemas/fill.js';
import type { SourceName } from '../core/schemas/names.js';
import type { SourceRegistry } from '../sources/index.js';
import type { Database } from '../store/database.js';
import type { WindowDocument } from '../store/documents.js';
import { markMissed } from '../store/windows/gaps.js';
import { windowsOfDay } from '../store/windows/windows.js';
import { planSources } from './plan-sources.js';

export interface GapsDeps {
  readonly config: Config;
  readonly database: Database;
  readonly sources: SourceRegistry;
}

/** Activities that look for what past days lack. Safe to repeat. @throws StoreUnavailable (retried), BadConfig (final) */
export function createGapsActivities({ config, database, sources }: GapsDeps) {
  const { db } = database;
  return {
    /**
     * Looks at the windows of one day. Those of the past that only a source of the present could have filled are closed as
     * missed; what can still be asked for is given back.
     */
    async planFill({ market, runDate, ...scope }: FillDayInput): Promise<FillDayPlan> {
      const { county, sources: named, timeZone } = marketOf(market);
      const past = runDate < runDateOf(Date.now(), timeZone);
      const zips = scope.zips ?? zipsOf(market, config.extraZips);
      const known = new Map((await windowsOfDay(db, market, runDate)).map((row) => [`${row.source} ${row.zip}`, row]));
      const plans = await planSources(config, db, sources, scope.sources ?? named);
      const counts = { complete: 0, missedBefore: 0, missed: 0 };
      const collect: FillPart[] = [];
      for (const plan of plans) {
        const rows = zips.map((zip) => ({ zip, before: known.get(`${plan.source} ${zip}`) ?? null }));
        const open = rows.filter(({ before }) => before?.state !== 'complete' && before?.state !== 'missed');
        counts.complete += rows.filter(({ before }) => before?.state === 'complete').length;
        counts.missedBefore += rows.filter(({ before }) => before?.state === 'missed').length;
        if (past && sources.get(plan.source).history === 'live') {
          await missAll(market, runDate, plan.source, open);
          counts.missed += open.length;
        } else if (open.length > 0)
          collect.push({ plan: { ...plan, startDelayMs: 0 }, zips: open.map(({ zip }) => zip), past });
      }
      return { county, ...counts, collect };
    },
  };

  async function missAll(
    market: string,
    runDate: string,
    source: SourceName,
    open: readonly { readonly zip: string; readonly before: WindowDocument | null }[],
  ): Promise<void> {
    for (const { zip, before } of open) await markMissed(db, { market, source, zip, runDate }, before);
  }
}

export type GapsActivities = ReturnType<typeof createGapsActivities>;

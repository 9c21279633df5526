import { loadMarkets } from '../core/product-settings.js';
import type { RefreshMarketFileInput, RefreshMarketFileResult } from '../core/schemas/market-data.js';
import { standstill } from '../domain/market-freshness.js';
import type { Areas, MarketData } from '../sources/market-data/index.js';
import type { Database } from '../store/database.js';
import { findMarketFile, keepMarketFile, newestPeriod, noteMarketFileChecked } from '../store/market-data.js';
import { composeAgain } from '../store/queue.js';
import { withHeartbeat } from './heartbeat.js';

export interface MarketDataDeps {
  readonly database: Database;
  readonly marketData: MarketData;
  readonly now?: () => number;
}

const DAY_MS = 86_400_000;

/** Activities that keep open market data up to date. All are safe to repeat. */
export function createMarketDataActivities({ database: { db }, marketData, now = Date.now }: MarketDataDeps) {
  return {
    /**
     * Asks for one file when its publisher's time has come, and keeps the figures of our areas.
     * @throws NetworkError, SourceUnavailable, RateLimited, StoreUnavailable (retried); Blocked, SchemaDrift, ResponseInvalid (final)
     */
    async refreshMarketFile({ file, force }: RefreshMarketFileInput): Promise<RefreshMarketFileResult> {
      const areas = areasOfMarkets();
      const names = [...areas.zips, ...areas.metros].sort();
      const known = await findMarketFile(db, file);
      // Figures of an area that is new are in the file that has not changed.
      const sameAreas = known !== null && names.every((name) => known.areas.includes(name));
      const { everyDays } = marketData.file(file);
      if (sameAreas && !force && now() - known.checkedAt.getTime() < everyDays * DAY_MS) return ended(file, 'fresh');
      return withHeartbeat(async (signal) => {
        const answer = await marketData.read(file, areas, sameAreas ? known : null, signal);
        const checkedAt = new Date(now());
        if (!answer.changed) {
          await noteMarketFileChecked(db, file, checkedAt);
          return ended(file, 'unchanged');
        }
        const { read, url, fetchId, etag, lastModified, bytes, sha256 } = answer;
        const about = { url, fetchId, etag, lastModified, bytes, sha256, areas: names, checkedAt };
        const fetchedAt = new Date(answer.fetchedAt);
        const changed = await keepMarketFile(db, { name: file, ...about, fetchedAt }, read.indicators);
        // What is estimated by them is worked out again with the next composition.
        if (changed > 0 && file.startsWith('zillow-')) await composeAgain(db, [...areas.zips]);
        const rejected = read.rejects.length;
        const [first] = read.rejects;
        const reason = first ? `${rejected} figures not understood; the first: ${first.place} ${first.reason}` : null;
        return ended(file, 'stored', { reason, indicators: read.indicators.length, changed });
      });
    },
  };

  async function ended(
    file: RefreshMarketFileInput['file'],
    outcome: RefreshMarketFileResult['outcome'],
    more: Partial<RefreshMarketFileResult> = {},
  ): Promise<RefreshMarketFileResult> {
    const newest = await newestPeriod(db, file);
    const stale = standstill(newest, marketData.file(file).lateAfterMonths, now());
    return { file, outcome, reason: null, indicators: 0, changed: 0, ...more, newest, stale };
  }
}

export type MarketDataActivities = ReturnType<typeof createMarketDataActivities>;

function areasOfMarkets(): Areas {
  const markets = Object.values(loadMarkets());
  return {
    zips: new Set(markets.flatMap(({ zips }) => zips)),
    metros: new Set(markets.flatMap(({ metro }) => metro ?? [])),
  };
}

import type { RefreshMarketFileResult, RefreshMarketInput } from '../core/schemas/market-data.js';
import { marketData } from './activity-proxies.js';
import { cancelRequested, reasonOf } from './failures.js';

/** Asks for the files of open market data whose time has come, one after the other. One that fails does not stop the others. */
export async function refreshMarket({ files, force }: RefreshMarketInput): Promise<readonly RefreshMarketFileResult[]> {
  const results: RefreshMarketFileResult[] = [];
  for (const file of files) {
    try {
      results.push(await marketData.refreshMarketFile({ file, force }));
    } catch (problem) {
      if (cancelRequested()) throw problem;
      const { code, message } = reasonOf(problem);
      const none = { indicators: 0, changed: 0, newest: null, stale: null };
      results.push({ file, outcome: 'failed', reason: `${code}: ${message}`, ...none });
    }
  }
  return results;
}

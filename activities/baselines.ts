import { loadBaselines } from '../core/product-settings.js';
import type { UpdateBaselinesInput, UpdateBaselinesResult } from '../core/schemas/baselines.js';
import { updateBaselines } from '../store/baselines/baselines.js';
import type { Database } from '../store/database.js';
import { withHeartbeat } from './heartbeat.js';

/** Activities of the baselines. Safe to repeat. @throws StoreUnavailable (retried), BadConfig (final) */
export function createBaselineActivities({ database: { db } }: { readonly database: Database }) {
  return {
    /** Makes the baselines of a market anew from its last runs. */
    async updateMarketBaselines({ market }: UpdateBaselinesInput): Promise<UpdateBaselinesResult> {
      return withHeartbeat(() => updateBaselines(db, market, loadBaselines(), new Date()));
    },
  };
}

export type BaselineActivities = ReturnType<typeof createBaselineActivities>;

import type { UpdateBaselinesInput, UpdateBaselinesResult } from '../core/schemas/baselines.js';
import { baselines } from './activity-proxies.js';

/** What is usual for a market, made anew from its last runs. */
export async function updateBaselines(input: UpdateBaselinesInput): Promise<UpdateBaselinesResult> {
  return baselines.updateMarketBaselines(input);
}

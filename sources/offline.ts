import type { Config } from '../core/config.js';
import type { SourceName } from '../core/schemas/names.js';
import type { KindOrder } from '../domain/compose.js';
import { createSources, type SourceRegistry } from './index.js';

/** Selector sets of a source of pages that a person approved. */
export type ApprovedSets = (source: SourceName) => Promise<readonly unknown[]>;

/**
 * The sources for reading what is stored: no way out of the process is built, and one that is asked to send anything refuses.
 * @param approvedSets left out: only selectors of the product itself
 */
export function createOfflineSources(config: Config, approvedSets: ApprovedSets = async () => []): SourceRegistry {
  const refuse = () => Promise.reject(new Error('stored answers are read without network'));
  return createSources({ config, http: refuse, visit: refuse, permissionHeld: async () => false, approvedSets });
}

/** Per source, the kinds of answer whose facts win first. */
export function kindOrders({ all }: SourceRegistry): KindOrder {
  return Object.fromEntries(all.map(({ name, kindOrder }) => [name, kindOrder]));
}

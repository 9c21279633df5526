import type { Config } from '../core/config.js';
import { UnsafeTarget } from '../core/errors.js';
import type { Source } from '../core/source.js';
import type { KindOrder } from '../domain/compose.js';
import { createSources } from '../sources/index.js';

/** The sources without a network: they can plan, and refuse to ask. */
export function sourcesForPlans(config: Config): readonly Source[] {
  const refuse = (): Promise<never> => Promise.reject(new UnsafeTarget('a plan sends nothing'));
  return createSources({
    config,
    http: refuse,
    visit: refuse,
    permissionHeld: () => Promise.resolve(false),
    approvedSets: () => Promise.resolve([]),
  }).all;
}

/** Which kind of payload speaks first within each source. */
export function kindOrderOf(config: Config): KindOrder {
  return Object.fromEntries(sourcesForPlans(config).map(({ name, kindOrder }) => [name, kindOrder]));
}

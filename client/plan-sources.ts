import type { Config } from '../core/config.js';
import { UnsafeTarget } from '../core/errors.js';
import type { Source } from '../core/source.js';
import type { KindOrder } from '../domain/compose.js';
import { createMaricopaAssessor, createMaricopaSettings } from '../sources/maricopa-assessor/index.js';
import { createPhoenixMls } from '../sources/phoenix-mls/index.js';

/** The sources without a network: they can plan, and refuse to ask. */
export function sourcesForPlans(config: Config): readonly Source[] {
  const refuse = (): Promise<never> => Promise.reject(new UnsafeTarget('a plan sends nothing'));
  return [
    createMaricopaAssessor({ http: refuse, settings: createMaricopaSettings(config) }),
    createPhoenixMls({
      visit: refuse,
      settings: {
        baseUrl: config.phoenixMlsBaseUrl,
        paceMs: config.phoenixMlsPaceMs,
        startDelayMs: config.phoenixMlsStartDelayMs,
        permissionHeld: false,
      },
    }),
  ];
}

/** Which kind of payload speaks first within each source. */
export function kindOrderOf(config: Config): KindOrder {
  return Object.fromEntries(sourcesForPlans(config).map(({ name, kindOrder }) => [name, kindOrder]));
}

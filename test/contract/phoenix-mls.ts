import { join } from 'node:path';
import { projectRoot } from '../../core/paths.js';
import { createFaults } from '../../sandbox/faults.js';
import type { Listing } from '../../sandbox/listing.js';
import { startListingSite } from '../../sandbox/listing-site/index.js';
import { createRandom } from '../../sandbox/random.js';
import { createRequestLog } from '../../sandbox/request-log.js';
import { createWorld } from '../../sandbox/world.js';
import { testBrowser } from '../support/browser.js';
import type { DriftChange, SourceHarness, StandIn } from './harness.js';

const ZIP = '85031';
const PRICE = /<div class='flexmls_connect__sr_price'>[^<]*<\/div>/g;
const CARD = /flexmls_connect__sr_result[^s]/g;

const DRIFT: Readonly<Record<DriftChange, string>> = {
  drop: '',
  rename: "<div class='flexmls_connect__sr_cost'>$1</div>",
  retype: "<div class='flexmls_connect__sr_price'>call us</div>",
};

/** The listing site: pages of 25 cards in a real browser. */
export const phoenixMls: SourceHarness = {
  async start(): Promise<StandIn> {
    const chromium = await testBrowser();
    const recordings = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');
    const world = createWorld({ recordings, parcelsPerZip: 60, seed: 'contract', listings: 60 });
    const site: { listings: readonly Listing[] } = {
      listings: world.listings.map((listing) => ({ ...listing, zip: ZIP })),
    };
    const options = { log: createRequestLog(null), faults: createFaults(createRandom('contract')) };
    const service = await startListingSite(site, options);
    return {
      origin: service.url,
      zip: ZIP,
      keys: () => site.listings.map(({ listingId }) => listingId),
      variables: (origin) => ({
        PHOENIX_MLS_BASE_URL: origin,
        PHOENIX_MLS_PACE_MS: '10',
        PHOENIX_MLS_START_DELAY_MS: '0',
        CHROMIUM_PATH: chromium,
      }),
      secret: null,
      contentType: 'text/html; charset=UTF-8',
      isPage: ({ target }) => target.startsWith('/mls/search/'),
      isDetail: ({ target }) => /^\/mls\/[^?]*-mls_\d{7}\//.test(target),
      drift(page, change, rowsKept) {
        let row = 0;
        return page.replace(PRICE, (price) => {
          row += 1;
          return row <= rowsKept ? price : DRIFT[change];
        });
      },
      driftPath: /listPrice/,
      breakEnvelope: (page) => page.replaceAll('flexmls_connect__', 'other__'),
      withText: (page, text) =>
        page.replace(/(<div class='flexmls_connect__sr_price'>)[^<]*/, (_all, start: string) => `${start}${text}`),
      withValue: null,
      withLinks: (page, url) => page.replace(/ link=(['"])[^'"]*\1/g, () => ` link="${url}"`),
      rowsOf: (page) => [...page.matchAll(CARD)].length,
      vanishFirst() {
        const before = site.listings;
        const [first] = [...before].sort((a, b) => b.listPrice - a.listPrice || (a.listingId < b.listingId ? -1 : 1));
        site.listings = before.filter((listing) => listing !== first);
        return {
          key: first?.listingId ?? '',
          undo: () => {
            site.listings = before;
          },
        };
      },
      stop: () => service.stop(),
    };
  },
};

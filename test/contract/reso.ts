import { listingKey } from '../../sandbox/reso-record.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import { answerOf } from './front.js';
import type { DriftChange, SourceHarness, StandIn } from './harness.js';

const ZIP = '85031';
const FIELD = 'ListPrice';
type Row = Record<string, unknown>;

interface Page {
  value: Row[];
}

const changed = (page: string, change: (page: Page & Row) => void): string => {
  const json: Page & Row = JSON.parse(page);
  change(json);
  return JSON.stringify(json);
};

const DRIFT: Readonly<Record<DriftChange, (row: Row) => void>> = {
  drop: (row) => {
    delete row[FIELD];
  },
  rename: (row) => {
    row.CurrentPrice = row[FIELD];
    delete row[FIELD];
  },
  retype: (row) => {
    row[FIELD] = { usd: row[FIELD] };
  },
};

const withValue = (page: string, json: string) =>
  page.replace(/("SubdivisionName":)("[^"]*"|null)/, (_all, name: string) => `${name}${json}`);

/** The RESO service, with pages of 10 listings: the walk follows the links it gets. */
export const reso: SourceHarness = {
  async start(): Promise<StandIn> {
    const sandbox = await startSandbox({ parcelsPerZip: 60, listings: 75, seed: 'contract', resoPageRows: 10 });
    const keys = sandbox.world.listings.filter(({ zip }) => zip === ZIP).map(listingKey);
    const isPage: StandIn['isPage'] = ({ target }) => target.startsWith('/Reso/OData/Property');
    return {
      origin: sandbox.reso.url,
      zip: ZIP,
      keys: () => keys,
      variables: (origin) => ({
        RESO_BASE_URL: `${origin}/Reso/OData`,
        RESO_CLIENT_ID: sandbox.variables.RESO_CLIENT_ID ?? '',
        RESO_CLIENT_SECRET: sandbox.reso.secret,
        RESO_TOKEN_URL: `${origin}/oauth2/token`,
        RESO_WINDOW_LIMIT: '1000',
        RESO_WINDOW_MS: '1000',
        RESO_IN_FLIGHT: '4',
      }),
      secret: sandbox.reso.secret,
      contentType: 'application/json',
      isPage,
      isDetail: () => false,
      drift: (page, change, rowsKept) =>
        changed(page, ({ value }) => {
          for (const row of value.slice(rowsKept)) DRIFT[change](row);
        }),
      driftPath: /^value\[\]\.ListPrice$/,
      breakEnvelope: (page) => page.replace('"value"', '"values"'),
      withText: (page, text) => withValue(page, JSON.stringify(text)),
      withValue,
      withLinks: (page, url) =>
        changed(page, (json) => {
          json['@odata.nextLink'] = url;
        }),
      rowsOf: (page) => JSON.parse(page).value.length,
      vanishFirst(front) {
        const first = [...keys].sort()[0] ?? '';
        front.tamper(async (request, ask) => {
          if (!isPage(request)) return null;
          const page = changed(String((await ask()).body), (json) => {
            json['@odata.count'] = keys.length - 1;
            json.value = json.value.filter(({ ListingKey }) => ListingKey !== first);
          });
          return answerOf(page, 'application/json');
        });
        return { key: first, undo: () => undefined };
      },
      stop: () => sandbox.stop(),
    };
  },
};

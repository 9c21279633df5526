import { startSandbox } from '../../sandbox/sandbox.js';
import { answerOf } from './front.js';
import type { DriftChange, SourceHarness, StandIn } from './harness.js';

const ZIP = '85031';
const FIELD = 'PropertyType';

interface Page {
  TOTAL: number;
  Results: Record<string, unknown>[];
}

const changed = (page: string, change: (page: Page) => void): string => {
  const json: Page = JSON.parse(page);
  change(json);
  return JSON.stringify(json);
};

const DRIFT: Readonly<Record<DriftChange, (row: Record<string, unknown>) => void>> = {
  drop: (row) => {
    delete row[FIELD];
  },
  rename: (row) => {
    row.Kind = row[FIELD];
    delete row[FIELD];
  },
  retype: (row) => {
    row[FIELD] = { code: row[FIELD] };
  },
};

const withValue = (page: string, json: string) =>
  page.replace(/("SubdivisonName":)("[^"]*"|null)/, (_all, name: string) => `${name}${json}`);

/** The county's service: pages of 25 rows by number. */
export const maricopaAssessor: SourceHarness = {
  async start(): Promise<StandIn> {
    const sandbox = await startSandbox({ parcelsPerZip: 60, seed: 'contract' });
    const keys = sandbox.world.parcelsOf(ZIP).map(({ facts }) => facts.apn);
    const isPage: StandIn['isPage'] = ({ target }) => target.startsWith('/search/property/');
    return {
      origin: sandbox.county.url,
      zip: ZIP,
      keys: () => keys,
      variables: (origin) => ({
        MARICOPA_BASE_URL: origin,
        MARICOPA_API_KEY: sandbox.county.token,
        MARICOPA_WINDOW_LIMIT: '1000',
        MARICOPA_WINDOW_MS: '1000',
        MARICOPA_IN_FLIGHT: '4',
      }),
      secret: sandbox.county.token,
      contentType: 'application/json',
      isPage,
      isDetail: ({ target }) => target.startsWith('/parcel/'),
      drift: (page, change, rowsKept) =>
        changed(page, ({ Results }) => {
          for (const row of Results.slice(rowsKept)) DRIFT[change](row);
        }),
      driftPath: /^Results\[\]\.PropertyType$/,
      breakEnvelope: (page) => page.replace('"TOTAL"', '"total"'),
      withText: (page, text) => withValue(page, JSON.stringify(text)),
      withValue,
      withLinks: null,
      rowsOf: (page) => JSON.parse(page).Results.length,
      vanishFirst(front) {
        front.tamper(async (request, ask) => {
          if (!isPage(request)) return null;
          const address = new URL(request.target, 'http://county');
          const here = await ask();
          address.searchParams.set('page', String(Number(address.searchParams.get('page')) + 1));
          const next: Page = JSON.parse(String((await ask(`${address.pathname}${address.search}`)).body));
          const page = changed(String(here.body), (json) => {
            json.TOTAL -= 1;
            json.Results = [...json.Results.slice(1), ...next.Results.slice(0, 1)];
          });
          return answerOf(page, 'application/json');
        });
        return { key: keys[0] ?? '', undo: () => undefined };
      },
      stop: () => sandbox.stop(),
    };
  },
};

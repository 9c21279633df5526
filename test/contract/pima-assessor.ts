import { pimaParcels } from '../../sandbox/pima.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import { answerOf } from './front.js';
import type { DriftChange, SourceHarness, StandIn } from './harness.js';

const ZIP = '85705';
const FIELD = 'GISAREA';
type Row = Record<string, unknown>;

interface Page {
  features: { attributes: Row }[];
}

const DRIFT: Readonly<Record<DriftChange, (row: Row) => void>> = {
  drop: (row) => {
    delete row[FIELD];
  },
  rename: (row) => {
    row.SHAPE_AREA = row[FIELD];
    delete row[FIELD];
  },
  retype: (row) => {
    row[FIELD] = { sqft: row[FIELD] };
  },
};

const withValue = (page: string, json: string) =>
  page.replace(/("LEGAL_DESC":)("[^"]*"|null)/, (_all, name: string) => `${name}${json}`);

/** The parcels of Pima County, with pages of 25 rows: the walk follows what it gets. */
export const pimaAssessor: SourceHarness = {
  async start(): Promise<StandIn> {
    const sandbox = await startSandbox({ parcelsPerZip: 60, seed: 'contract', gisPageRows: 25 });
    const keys = pimaParcels({ seed: 'contract', parcelsPerZip: 60 })
      .filter(({ zip }) => zip === ZIP)
      .map(({ truth }) => String(truth.ParcelNumber));
    const isQuery: StandIn['isPage'] = ({ target }) => target.startsWith('/arcgis/');
    const isPage: StandIn['isPage'] = ({ target }) => isQuery({ target }) && target.includes('resultOffset=');
    return {
      origin: sandbox.pima.url,
      zip: ZIP,
      keys: () => keys,
      variables: (origin) => ({
        PIMA_ASSESSOR_BASE_URL: origin,
        PIMA_ASSESSOR_WINDOW_LIMIT: '1000',
        PIMA_ASSESSOR_WINDOW_MS: '1000',
        PIMA_ASSESSOR_IN_FLIGHT: '4',
      }),
      secret: null,
      contentType: 'application/json',
      isPage,
      isDetail: () => false,
      drift(page, change, rowsKept) {
        const json: Page = JSON.parse(page);
        for (const { attributes } of json.features.slice(rowsKept)) DRIFT[change](attributes);
        return JSON.stringify(json);
      },
      driftPath: /^features\[\]\.attributes\.GISAREA$/,
      breakEnvelope: (page) => page.replace('"features"', '"rows"'),
      withText: (page, text) => withValue(page, JSON.stringify(text)),
      withValue,
      withLinks: null,
      rowsOf: (page) => JSON.parse(page).features.length,
      vanishFirst(front) {
        front.tamper(async (request, ask) => {
          if (!isQuery(request)) return null;
          const address = new URL(request.target, 'http://gis');
          const offset = address.searchParams.get('resultOffset');
          if (offset === null) {
            const { count } = JSON.parse(String((await ask()).body));
            return answerOf(JSON.stringify({ count: count - 1 }), 'application/json');
          }
          address.searchParams.set('resultOffset', String(Number(offset) + 1));
          return ask(`${address.pathname}${address.search}`);
        });
        return { key: keys[0] ?? '', undo: () => undefined };
      },
      stop: () => sandbox.stop(),
    };
  },
};

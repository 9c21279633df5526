import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { answerOf } from './front.js';
import type { DriftChange, SourceHarness, StandIn } from './harness.js';

type Row = Record<string, unknown>;

interface Page {
  features: { attributes: Row }[];
}

/** What one map layer has of its own. */
export interface LayerHarness {
  /** Beginning of its settings, `MARICOPA_GIS`. */
  readonly prefix: string;
  readonly zip: string;
  readonly urlOf: (sandbox: Sandbox) => string;
  /** Keys of the ZIP code, in the order of the walk. */
  readonly keysOf: (sandbox: Sandbox) => readonly string[];
  /** A mandatory field, and a name that it does not have. */
  readonly field: string;
  readonly otherName: string;
  /** A field that holds free text. */
  readonly textField: string;
}

function bend(row: Row, change: DriftChange, { field, otherName }: LayerHarness): void {
  if (change === 'retype') row[field] = { value: row[field] };
  else {
    if (change === 'rename') row[otherName] = row[field];
    delete row[field];
  }
}

/** A map layer with pages of 25 rows: the walk follows what it gets. */
export function layerHarness(layer: LayerHarness): SourceHarness {
  const { prefix, zip, field, textField } = layer;
  const withValue = (page: string, json: string) =>
    page.replace(new RegExp(`("${textField}":)("[^"]*"|null)`), (_all, name: string) => `${name}${json}`);
  return {
    async start(): Promise<StandIn> {
      const sandbox = await startSandbox({ parcelsPerZip: 60, seed: 'contract', gisPageRows: 25 });
      const keys = layer.keysOf(sandbox);
      const isQuery: StandIn['isPage'] = ({ target }) => target.startsWith('/arcgis/');
      const isPage: StandIn['isPage'] = ({ target }) => isQuery({ target }) && target.includes('resultOffset=');
      return {
        origin: layer.urlOf(sandbox),
        zip,
        keys: () => keys,
        variables: (origin) => ({
          [`${prefix}_BASE_URL`]: origin,
          [`${prefix}_WINDOW_LIMIT`]: '1000',
          [`${prefix}_WINDOW_MS`]: '1000',
          [`${prefix}_IN_FLIGHT`]: '4',
        }),
        secret: null,
        contentType: 'application/json',
        isPage,
        isDetail: () => false,
        drift(page, change, rowsKept) {
          const json: Page = JSON.parse(page);
          for (const { attributes } of json.features.slice(rowsKept)) bend(attributes, change, layer);
          return JSON.stringify(json);
        },
        driftPath: new RegExp(`^features\\[\\]\\.attributes\\.${field}$`),
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
}

import { createServer } from 'node:http';
import { listen } from '../../sandbox/http-service.js';
import { answerOf } from '../contract/front.js';
import type { DriftChange, SourceHarness, StandIn } from '../contract/harness.js';

type Row = Record<string, unknown>;
interface Page {
  total: number;
  rows: Row[];
}

const ZIP = '85031';
const PAGE_ROWS = 25;
const ROWS: readonly Row[] = Array.from({ length: 60 }, (_, at) => ({
  id: `row-${at + 1}`,
  address: `${at + 1} W FIRST ST`,
  zip: ZIP,
  livingSqft: 1_000 + at,
  ownerName: 'SOMEBODY',
}));

const DRIFT: Readonly<Record<DriftChange, (row: Row) => void>> = {
  drop: (row) => {
    delete row.address;
  },
  rename: (row) => {
    row.street = row.address;
    delete row.address;
  },
  retype: (row) => {
    row.address = { line: row.address };
  },
};

const changed = (page: string, change: (page: Page) => void): string => {
  const json: Page = JSON.parse(page);
  change(json);
  return JSON.stringify(json);
};
const pageOf = (rows: readonly Row[], page: number): Page => ({
  total: rows.length,
  rows: rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS),
});
const pageIn = (target: string): number => Number(new URL(target, 'http://rows').searchParams.get('page'));
const withValue = (page: string, json: string) =>
  page.replace(/("address":)"[^"]*"/, (_all, name: string) => `${name}${json}`);

/** The service that a new source is written for: pages by number. @param prefix of its settings, `PINAL_COUNTY` */
export function rowsHarness(prefix: string): SourceHarness {
  return {
    async start(): Promise<StandIn> {
      const server = createServer(({ url = '/' }, response) => {
        if (!url.startsWith('/rows')) return response.writeHead(404).end();
        return response.setHeader('content-type', 'application/json').end(JSON.stringify(pageOf(ROWS, pageIn(url))));
      });
      const { url, stop } = await listen(server, 0);
      const isPage: StandIn['isPage'] = ({ target }) => target.startsWith('/rows');
      return {
        origin: url,
        zip: ZIP,
        keys: () => ROWS.map(({ id }) => String(id)),
        variables: (origin) => ({
          [`${prefix}_BASE_URL`]: origin,
          [`${prefix}_WINDOW_LIMIT`]: '1000',
          [`${prefix}_WINDOW_MS`]: '1000',
        }),
        secret: null,
        contentType: 'application/json',
        isPage,
        isDetail: () => false,
        drift: (page, change, rowsKept) =>
          changed(page, ({ rows }) => {
            for (const row of rows.slice(rowsKept)) DRIFT[change](row);
          }),
        driftPath: /^rows\[\]\.address$/,
        breakEnvelope: (page) => page.replace('"rows"', '"items"'),
        withText: (page, text) => withValue(page, JSON.stringify(text)),
        withValue,
        withLinks: null,
        rowsOf: (page) => JSON.parse(page).rows.length,
        vanishFirst(front) {
          front.tamper((request) =>
            isPage(request)
              ? answerOf(JSON.stringify(pageOf(ROWS.slice(1), pageIn(request.target))), 'application/json')
              : null,
          );
          return { key: 'row-1', undo: () => undefined };
        },
        stop,
      };
    },
  };
}

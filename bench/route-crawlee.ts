import { loadConfig } from '../core/config.js';
import type { Cursor, Window } from '../core/schemas/collect.js';
import type { Source } from '../core/source.js';
import { launchArguments } from '../stack/resolve-browser.js';
import type { Database } from '../store/database.js';
import { storeDetail, storePage } from '../store/windows/pages.js';
import { type CrawleeRequest, loadCrawlee } from './crawlee.js';
import { jobOf, keysOf, measure } from './route-job.js';
import { type Fetched, stagedSource } from './staged-source.js';

/**
 * The same job done by Crawlee: it fetches, queues, scales, retires sessions; its handler parses and stores with the functions of
 * the product. Settings lean to its side: queue in memory, no retries, no fingerprints. Arguments: route, name of the database.
 */
type Work =
  | { readonly kind: 'walk'; readonly zip: string; readonly cursor: Cursor | null }
  | { readonly kind: 'detail'; readonly zip: string; readonly key: string };

const [route, name = ''] = process.argv.slice(2);
const config = loadConfig();
const { source: sourceName, lanes, windows } = jobOf(route);
const signal = new AbortController().signal;
const { source, wouldAsk, answered } = stagedSource(config, sourceName);
const crawlee = loadCrawlee(config.cacheFolder);
crawlee.setLogLevelOff();
/** By address, since what a queue holds is JSON. */
const workOf = new Map<string, Work>();

await measure({ url: config.mongodbUrl, name }, async (database) => {
  const failures: Error[] = [];
  let pages = 0;
  const keep = async (request: CrawleeRequest, answer: Fetched): Promise<void> => {
    const more = await store(database, request, answer);
    pages += 1;
    if (more.length > 0) await crawler.addRequests(await Promise.all(more.map(requestOf)));
  };
  const common = {
    minConcurrency: lanes,
    maxConcurrency: lanes,
    maxRequestRetries: 0,
    respectRobotsTxtFile: true,
    failedRequestHandler: (_context: unknown, problem: Error) => void failures.push(problem),
  };
  const crawler = route === 'http' ? httpCrawler(common, keep) : browserCrawler(common, keep);
  const starts = windows.map(({ zip }): Work => ({ kind: 'walk', zip, cursor: null }));
  await crawler.run(await Promise.all(starts.map(requestOf)));
  if (failures.length > 0) throw new Error(`${failures.length} pages failed`, { cause: failures[0] });
  return pages;
});
process.exit(); // Crawlee has ended its browser; timers of its own stay

type Keep = (request: CrawleeRequest, answer: Fetched) => Promise<void>;
interface Common {
  readonly minConcurrency: number;
  readonly maxConcurrency: number;
  readonly maxRequestRetries: number;
  readonly respectRobotsTxtFile: boolean;
  failedRequestHandler(context: unknown, problem: Error): void;
}

function httpCrawler(common: Common, keep: Keep) {
  const options = {
    ...common,
    requestHandler: ({ request, response, body, contentType }: Parameters<HttpHandler>[0]) =>
      keep(request, {
        status: response?.statusCode ?? 0,
        contentType: contentType.type,
        text: String(body),
        finalUrl: request.loadedUrl ?? request.url,
      }),
  };
  return new crawlee.HttpCrawler(options, configuration());
}
type HttpHandler = ConstructorParameters<typeof crawlee.HttpCrawler>[0]['requestHandler'];

function browserCrawler(common: Common, keep: Keep) {
  const executablePath = config.chromiumPath ?? '';
  const options = {
    ...common,
    headless: true,
    launchContext: { launchOptions: { executablePath, args: launchArguments, chromiumSandbox: false } },
    browserPoolOptions: { useFingerprints: false, retireBrowserAfterPageCount: 200 },
    preNavigationHooks: [hook],
    async requestHandler({ request, response, page }: Parameters<PageHandler>[0]) {
      const { waitFor } = await wouldAskFor(workIn(request));
      if (waitFor !== null) await page.waitForSelector(waitFor, { state: 'attached' });
      const text = await page.content();
      await keep(request, { status: response?.status?.() ?? 0, contentType: 'text/html', text, finalUrl: page.url() });
    },
  };
  return new crawlee.PlaywrightCrawler(options, configuration());
}
type PageHandler = ConstructorParameters<typeof crawlee.PlaywrightCrawler>[0]['requestHandler'];

/** Pictures and fonts are not loaded, and the parsed document is enough, as in the product. */
async function hook(
  context: { readonly blockRequests: (options: { readonly urlPatterns: readonly string[] }) => Promise<void> },
  goto: { waitUntil?: string },
): Promise<void> {
  await context.blockRequests({ urlPatterns: ['.jpg', '.jpeg', '.png', '.svg', '.gif', '.webp', '.woff', '.woff2'] });
  goto.waitUntil = 'domcontentloaded';
}

/** Nothing is written to the disk; the default would keep the queue there. */
function configuration() {
  return new crawlee.Configuration({ persistStorage: false });
}

/** Parses and stores one answer. @returns what is to be asked because of it */
async function store(database: Database, request: CrawleeRequest, answer: Fetched): Promise<readonly Work[]> {
  const work = workIn(request);
  const window = windowOf(work.zip);
  if (work.kind === 'detail') {
    const detail = await answered(answer, (from) => from.readDetail(window, work.key, signal));
    if (detail.status === 'missing') throw new Error(`${work.key}: ${detail.reason}`);
    await storeDetail(database, source, 'demo', window, work.key, detail);
    return [];
  }
  const page = await answered(answer, (from) => from.readPage(window, work.cursor, signal));
  await storePage(database, source, 'demo', window, work.cursor, page);
  if (page.nextCursor !== null) return [{ kind: 'walk', zip: work.zip, cursor: page.nextCursor }];
  return (await keysOf(database, window)).map((key) => ({ kind: 'detail', zip: work.zip, key }));
}

async function requestOf(work: Work): Promise<CrawleeRequest> {
  const { url, headers } = await wouldAskFor(work);
  workOf.set(url, work);
  return { url, headers };
}

function wouldAskFor(work: Work) {
  const window = windowOf(work.zip);
  return wouldAsk((from: Source) =>
    work.kind === 'walk' ? from.readPage(window, work.cursor, signal) : from.readDetail(window, work.key, signal),
  );
}

function workIn({ url }: CrawleeRequest): Work {
  const work = workOf.get(url);
  if (work === undefined) throw new Error(`nobody wanted ${url}`);
  return work;
}

function windowOf(zip: string): Window {
  const window = windows.find((one) => one.zip === zip);
  if (window === undefined) throw new Error(`no window of ${zip}`);
  return window;
}

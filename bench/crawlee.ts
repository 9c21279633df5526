import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../core/paths.js';
import { installOnce } from '../stack/install.js';
import { npmCiInto } from '../stack/npm-install.js';

/** What is used of Crawlee 3.18.1. Its own types are not there when this is compiled. */
export interface Crawlee {
  readonly Configuration: new (options: { readonly persistStorage: boolean }) => CrawleeConfiguration;
  readonly HttpCrawler: new (
    options: CrawlerOptions<{ readonly body: Buffer | string; readonly contentType: { readonly type: string } }>,
    configuration: CrawleeConfiguration,
  ) => Crawler;
  readonly PlaywrightCrawler: new (
    options: CrawlerOptions<{ readonly page: CrawleePage; readonly blockRequests: BlockRequests }> & BrowserOptions,
    configuration: CrawleeConfiguration,
  ) => Crawler;
  readonly setLogLevelOff: () => void;
}

type CrawleeConfiguration = object;
type BlockRequests = (options: { readonly urlPatterns: readonly string[] }) => Promise<void>;

/** One piece of a job as Crawlee's queue holds it. */
export interface CrawleeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Crawler {
  run(requests: readonly CrawleeRequest[]): Promise<unknown>;
  addRequests(requests: readonly CrawleeRequest[]): Promise<unknown>;
}

interface CrawlerOptions<Answer> {
  readonly minConcurrency: number;
  readonly maxConcurrency: number;
  readonly maxRequestRetries: number;
  readonly respectRobotsTxtFile: boolean;
  requestHandler(context: Answered & Answer): Promise<void>;
  failedRequestHandler(context: Answered, problem: Error): void;
}

interface Answered {
  readonly request: CrawleeRequest & { readonly loadedUrl?: string };
  readonly response?: { readonly statusCode?: number; status?(): number; headers?: unknown };
}

interface CrawleePage {
  waitForSelector(selector: string, options: { readonly state: 'attached' }): Promise<unknown>;
  content(): Promise<string>;
  url(): string;
}

interface BrowserOptions {
  readonly headless: boolean;
  readonly launchContext: {
    readonly launchOptions: {
      readonly executablePath: string;
      readonly args: readonly string[];
      readonly chromiumSandbox: boolean;
    };
  };
  readonly browserPoolOptions: { readonly useFingerprints: boolean; readonly retireBrowserAfterPageCount: number };
  readonly preNavigationHooks: readonly ((
    context: { readonly blockRequests: BlockRequests },
    goto: { waitUntil?: string },
  ) => Promise<void>)[];
}

const MANIFEST = join(projectRoot(), 'bench/crawlee');

/** Where the peer lies once it is installed: beside the project, so that `npm ci` of its users stays small. */
export function crawleeFolder(cacheFolder: string): string {
  const lock = createHash('sha256')
    .update(readFileSync(join(MANIFEST, 'package-lock.json')))
    .digest('hex');
  return join(cacheFolder, `bench-crawlee-${lock.slice(0, 12)}`);
}

/** Installs the peer by its own lock file, once. */
export async function installCrawlee(cacheFolder: string): Promise<string> {
  const folder = crawleeFolder(cacheFolder);
  await installOnce(folder, (draft) => npmCiInto(draft, MANIFEST));
  return folder;
}

/** Loads the installed peer. */
export function loadCrawlee(cacheFolder: string): Crawlee {
  const load = createRequire(join(crawleeFolder(cacheFolder), 'package.json'));
  const { default: log }: { default: { setLevel(level: number): void } } = load('@apify/log');
  const { Configuration }: Pick<Crawlee, 'Configuration'> = load('@crawlee/core');
  const { HttpCrawler }: Pick<Crawlee, 'HttpCrawler'> = load('@crawlee/http');
  const { PlaywrightCrawler }: Pick<Crawlee, 'PlaywrightCrawler'> = load('@crawlee/playwright');
  return { Configuration, HttpCrawler, PlaywrightCrawler, setLogLevelOff: () => log.setLevel(0) };
}

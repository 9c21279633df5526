import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { loadConfig } from '../core/config.js';
import { resolveBrowser } from '../stack/resolve-browser.js';
import { installCrawlee } from './crawlee.js';
import { type BenchParts, end, startParts } from './parts.js';
import { cpuSeconds, watchChildren } from './processes.js';
import { ROUTES, type Route, type RouteResult } from './route-job.js';
import { type Figures, type RouteReport, routeTable } from './route-report.js';

const INTERRUPTED = 130;
const USAGE = `usage: npm run bench:sources -- [--runs N] [--parcels N] [--listings N] [--route http|browser] [--json]
  N runs of each (5), parcels of each of 3 ZIPs (60), listings of the market (60)
`;
const WAYS = ['product', 'crawlee', 'bare'] as const;
type Way = (typeof WAYS)[number];

interface Wanted {
  readonly runs: number;
  readonly parcels: number;
  readonly listings: number;
  readonly routes: readonly Route[];
  readonly json: boolean;
}

function readWanted(): Wanted | null {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    options: {
      runs: text('5'),
      parcels: text('60'),
      listings: text('60'),
      route: text(''),
      json: { type: 'boolean', default: false },
    },
  });
  const [runs, parcels, listings] = [values.runs, values.parcels, values.listings].map(Number);
  const routes = values.route === '' ? ROUTES : ROUTES.filter((route) => route === values.route);
  const fits = (value: number | undefined, most: number): value is number =>
    value !== undefined && Number.isInteger(value) && value >= 1 && value <= most;
  if (!fits(runs, 100) || !fits(parcels, 10_000) || !fits(listings, 10_000) || routes.length === 0) return null;
  return { runs, parcels, listings, routes, json: values.json };
}

async function main(): Promise<number> {
  const wanted = readWanted();
  if (wanted === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = loadConfig();
  await installCrawlee(config.cacheFolder);
  const browser = await resolveBrowser(config);
  const parts = await startParts({ parcelsPerZip: wanted.parcels, listings: wanted.listings });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void parts.stop().finally(() => process.exit(INTERRUPTED)));
  }
  try {
    const bench = { parts, variables: { ...parts.variables, CHROMIUM_PATH: browser.path ?? '' } };
    const routes: RouteReport[] = [];
    for (const route of wanted.routes) {
      if (route === 'browser' && browser.path === null) process.stderr.write(`${browser.line}\n`);
      else routes.push(await measureRoute(bench, route, wanted.runs));
    }
    const machine = `${cpus().length} cores, ${arch()}, Node ${process.version}`;
    const report = {
      schemaVersion: 1,
      machine,
      database: parts.databaseLine,
      browser: browser.line,
      runs: wanted.runs,
    };
    const text = [
      `${machine}. ${parts.databaseLine}. ${browser.line}. Medians of ${wanted.runs} runs.`,
      ...routes.map(routeTable),
    ];
    process.stdout.write(
      wanted.json ? `${JSON.stringify({ ...report, routes }, null, 2)}\n` : `${text.join('\n\n')}\n`,
    );
    return 0;
  } finally {
    await parts.stop();
  }
}

interface Bench {
  readonly parts: BenchParts;
  readonly variables: Readonly<Record<string, string>>;
}

/** Product, peer and bare loop in turn, so that what else the machine does meets all three. */
async function measureRoute(bench: Bench, route: Route, runs: number): Promise<RouteReport> {
  const client = await MongoClient.connect(bench.variables.MONGODB_URL ?? '');
  const figures: Record<Way, Figures[]> = { product: [], crawlee: [], bare: [] };
  const urlFile = join(bench.parts.folder, `${route}.json`);
  let kept: string | null = null;
  try {
    for (let run = 1; run <= runs; run += 1) {
      for (const way of WAYS) {
        const name = `bench_${route}_${way}_${run}`;
        figures[way].push(await measureOnce(bench, [route, name, urlFile], way));
        if (way === 'product' && run === 1) await writeFile(urlFile, JSON.stringify(await urlsIn(client, name)));
        if (way !== 'bare') kept = sameAs(kept, await recordsIn(client, name), name);
        await client.db(name).dropDatabase();
      }
    }
  } finally {
    await client.close();
  }
  return { route, ...figures };
}

async function measureOnce(bench: Bench, args: readonly string[], way: Way): Promise<Figures> {
  const { parts, variables } = bench;
  const started = await parts.start(`bench/route-${way}.js`, args, variables);
  const others = () => ({ database: cpuSeconds(parts.database.pid), sandbox: cpuSeconds(parts.sandbox.pid) });
  const children = watchChildren(started.pid);
  const before = others();
  const exited = once(started.process, 'exit').then(() => ['']);
  try {
    const [line] = await Promise.race([once(started.process.stdout ?? started.process, 'data'), exited]);
    if (String(line) === '') throw new Error(`${way} ${args[0]} ended without a result`);
    const result: RouteResult = JSON.parse(String(line));
    const after = others();
    await exited;
    const cpu = {
      process: result.cpuSeconds,
      browser: children.seconds(),
      database: after.database - before.database,
      sandbox: after.sandbox - before.sandbox,
    };
    return { ...result, cpu };
  } finally {
    children.stop();
    await end(started.process);
  }
}

/** Addresses of a run of the product, in their order. */
async function urlsIn(client: MongoClient, name: string): Promise<readonly string[]> {
  const rows = client
    .db(name)
    .collection<{ url: string }>('fetches')
    .find({ endpoint: { $ne: 'robots' } });
  return (await rows.sort({ sentAt: 1 }).toArray()).map(({ url }) => url);
}

/** All that was kept, as one text: records with the hash of their facts, and answers by their hash. */
async function recordsIn(client: MongoClient, name: string): Promise<string> {
  const of = async (collection: string) =>
    client
      .db(name)
      .collection(collection)
      .find({}, { projection: { contentHash: 1 } })
      .sort({ _id: 1 })
      .toArray();
  return JSON.stringify([await of('raw_properties'), await of('record_versions'), await of('raw_payloads')]);
}

/** Every run must have kept the same, or the ratios say nothing. */
function sameAs(before: string | null, now: string, name: string): string {
  if (before !== null && before !== now) throw new Error(`${name} kept other records than the runs before it`);
  return now;
}

process.exitCode = await main();

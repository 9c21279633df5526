import { peakMemoryBytes } from '../core/peak-memory.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceName } from '../core/schemas/names.js';
import { LANES } from '../sources/maricopa-assessor/settings.js';
import { type Database, initDatabase, openDatabase } from '../store/database.js';

export const ROUTES = ['http', 'browser'] as const;
export type Route = (typeof ROUTES)[number];

/** Everything of a source's three ZIPs: the pages of the walk, then the detail of every key. */
export interface RouteJob {
  readonly source: SourceName;
  /** Pages at one time, as in production. */
  readonly lanes: number;
  readonly windows: readonly Window[];
}

/** What one run of a job prints when it has ended. */
export interface RouteResult {
  /** Answers that were kept; robots.txt is none. */
  readonly pages: number;
  readonly wallMs: number;
  /** Of its own process, without those it starts. */
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number;
}

const ZIPS = ['85031', '85033', '85035'];

export function jobOf(name: string | undefined): RouteJob {
  if (name === 'http') return job('maricopa-assessor', LANES);
  if (name === 'browser') return job('phoenix-mls', 1);
  throw new Error(`the routes are ${ROUTES.join(' and ')}`);
}

function job(source: SourceName, lanes: number): RouteJob {
  const windows = ZIPS.map(
    (zip): Window => ({
      market: 'phoenix',
      county: 'us-az-maricopa',
      source,
      zip,
      runDate: '2026-03-02',
      runKey: 'bench',
      limit: null,
    }),
  );
  return { source, lanes, windows };
}

/** Keys that a walk of a ZIP has kept. */
export async function keysOf({ db }: Database, { source, zip }: Window): Promise<readonly string[]> {
  const found = await db
    .collection<{ key: string }>('raw_properties')
    .find({ source, zip }, { projection: { key: 1 } })
    .toArray();
  return found.map(({ key }) => key);
}

/**
 * Runs a job in this process: prints one JSON line before it begins, and the result after it. Opening the database and loading
 * programs is not measured; starting and ending a browser is.
 * @param work does the job; gives the number of pages
 */
export async function measure(
  { url, name }: { readonly url: string; readonly name: string },
  work: (database: Database) => Promise<number>,
): Promise<void> {
  const database = await openDatabase(url, name);
  await initDatabase(database.db);
  process.stdout.write('{"ready":true}\n');
  const [cpu, startedAtMs] = [process.cpuUsage(), performance.now()];
  const pages = await work(database);
  const wallMs = performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(cpu);
  const result: RouteResult = {
    pages,
    wallMs,
    cpuSeconds: (user + system) / 1e6,
    peakMemoryBytes: peakMemoryBytes(),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await database.close();
}

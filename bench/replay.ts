import { arch, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createReplayActivities } from '../activities/replay.js';
import { type Config, loadConfig } from '../core/config.js';
import type { Cursor, Window } from '../core/schemas/collect.js';
import type { ParseResult } from '../core/schemas/facts.js';
import type { SourceName } from '../core/schemas/names.js';
import type { ReplayBatchResult, ReplayCursor, ReplayTotals } from '../core/schemas/replay.js';
import { addReplays } from '../domain/replay.js';
import type { SourceRegistry } from '../sources/index.js';
import { createOfflineSources } from '../sources/offline.js';
import { type Database, initDatabase, openDatabase } from '../store/database.js';
import { storeDetail, storePage } from '../store/windows/pages.js';
import { openWindow } from '../store/windows/windows.js';
import { createReach } from '../workers/reach.js';
import { startParts } from './parts.js';
import { keysOf } from './route-job.js';

const USAGE = 'usage: npm run bench:replay -- [--parcels N] [--listings N] [--details N]\n';
const DAY = '2026-03-01';
const RUN = 'bench';
const ZIPS = ['85031', '85033', '85035'];
const SOURCES: readonly SourceName[] = ['maricopa-assessor', 'reso'];
/** The first warms the compiler; the last is reported. */
const ROUNDS = 4;
const signal = new AbortController().signal;

/** Collects one day, reads its stored answers with the same parsers, then with one that reads otherwise, and prints the rates. */
async function main(): Promise<number> {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({ options: { parcels: text('300'), listings: text('300'), details: text('40') } });
  const [parcels = 0, listings = 0, details = 0] = [values.parcels, values.listings, values.details].map(Number);
  if (![parcels, listings, details].every((value) => Number.isInteger(value) && value >= 1 && value <= 10_000)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const parts = await startParts({ parcelsPerZip: parcels, listings });
  try {
    const config = loadConfig({ env: { ...parts.variables, PHOENIX_MODE: 'demo' }, file: '/dev/null' });
    const database = await openDatabase(config.mongodbUrl, 'bench_replay');
    await initDatabase(database.db);
    await collect(config, database, details);
    const same = createOfflineSources(config);
    process.stdout.write(`${cpus().length} cores, ${arch()}, Node ${process.version}. ${parts.databaseLine}\n`);
    for (let round = 1; round <= ROUNDS; round += 1) await measure(database, same, false, `difference, round ${round}`);
    await measure(database, readingOtherwise(same), true, 'every record written again');
    await database.close();
    return 0;
  } finally {
    await parts.stop();
  }
}

async function collect(config: Config, database: Database, details: number): Promise<void> {
  const reach = createReach(config, database, {
    limitOf: (limit) => ({ ...limit, windowLimit: 60, windowMs: 100, inFlight: 100 }),
  });
  for (const name of SOURCES) {
    const source = reach.sources.get(name);
    for (const zip of ZIPS) {
      const window = {
        market: 'phoenix',
        county: 'us-az-maricopa',
        source: name,
        zip,
        runDate: DAY,
        runKey: RUN,
        limit: null,
      };
      await openWindow(database.db, window, false);
      const keys = await walk(database, source, window);
      if (source.traits.detailKind === null) continue;
      for (const key of keys.slice(0, details)) {
        await storeDetail(database, source, 'demo', window, key, await source.readDetail(window, key, signal));
      }
    }
  }
  await reach.close();
}

async function walk(database: Database, source: ReturnType<SourceRegistry['get']>, window: Window) {
  let cursor: Cursor | null = null;
  do {
    const page = await source.readPage(window, cursor, signal);
    await storePage(database, source, 'demo', window, cursor, page);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return keysOf(database, window);
}

/** Parsers that read one more fact in everything. */
function readingOtherwise(sources: SourceRegistry): SourceRegistry {
  const more = (read: ParseResult): ParseResult => ({
    ...read,
    records: read.records.map((record) => ({
      ...record,
      facts: [...record.facts, { name: 'xBenchReading', value: 1, path: '$' }],
    })),
  });
  const all = sources.all.map((source) => ({
    ...source,
    parse: (payload: Parameters<typeof source.parse>[0]) => more(source.parse(payload)),
  }));
  return {
    all,
    get: (wanted) => all.find(({ name }) => name === wanted) ?? sources.get(wanted),
  };
}

async function measure(database: Database, offline: SourceRegistry, apply: boolean, name: string): Promise<void> {
  const { replayBatch } = createReplayActivities({ database, offline, mode: 'demo' });
  const scope = { market: 'phoenix', county: 'us-az-maricopa', runDate: DAY, sources: SOURCES, apply, runKey: name };
  const found: ReplayTotals[] = [];
  const [began, cpuBegan] = [performance.now(), process.cpuUsage()];
  for (let cursor: ReplayCursor | null = { part: 'answers', after: '' }; cursor !== null; ) {
    const at: ReplayCursor = cursor;
    const batch: ReplayBatchResult = await new MockActivityEnvironment().run(() =>
      replayBatch({ ...scope, cursor: at }),
    );
    found.push(...batch.totals);
    cursor = batch.next;
  }
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBegan);
  const totals = addReplays(found);
  const sum = (pick: (one: ReplayTotals) => number) => totals.reduce((so, one) => so + pick(one), 0);
  const [records, readMs] = [sum((one) => one.records), sum((one) => one.readMs)];
  process.stdout.write(
    `${name}: ${records} records of ${sum((one) => one.answers)} answers, ${sum((one) => one.written)} written; parse and compare ` +
      `${rate(records, readMs)} records/s a core; store ${Math.round(sum((one) => one.storeMs))} ms (waiting, unpacking); whole ` +
      `${Math.round(wallMs)} ms, ${rate(records, (user + system) / 1_000)} records/s a core of this process with all it does\n`,
  );
}

const rate = (records: number, ms: number): string => `${Math.round((records / ms) * 1_000)}`;

process.exitCode = await main();

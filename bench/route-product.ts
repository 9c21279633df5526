import { loadConfig } from '../core/config.js';
import type { Cursor, Window } from '../core/schemas/collect.js';
import type { Source } from '../core/source.js';
import type { Database } from '../store/database.js';
import { storeDetail, storePage } from '../store/windows/pages.js';
import { createReach } from '../workers/reach.js';
import { inLanes } from './lanes.js';
import { jobOf, keysOf, measure } from './route-job.js';

/**
 * One job as the product does it: every way out of `createReach` (pause, robots.txt, limiter, audit), parsing and storing as the
 * activities do, without Temporal. Arguments: route, name of the database.
 */
const [route, name = ''] = process.argv.slice(2);
const config = loadConfig();
const { source: sourceName, lanes, windows } = jobOf(route);
const signal = new AbortController().signal;

await measure({ url: config.mongodbUrl, name }, async (database) => {
  const reach = createReach(config, database, {
    // 150 a second: far above what is reached. The limiter stays in the way of every request, with as many send times as in use.
    limitOf: (limit) => ({ ...limit, windowLimit: 60, windowMs: 100, inFlight: 100 }),
  });
  const source = reach.sources.get(sourceName);
  const walked = await inLanes(windows, lanes, (window) => walk(database, source, window));
  const details = walked.flatMap(({ window, keys }) => keys.map((key) => ({ window, key })));
  await inLanes(details, lanes, async ({ window, key }) => {
    const detail = await source.readDetail(window, key, signal);
    if (detail.status === 'missing') throw new Error(`${key}: ${detail.reason}`);
    await storeDetail(database, source, 'demo', window, key, detail);
  });
  await reach.close();
  return details.length + walked.reduce((sum, { pages }) => sum + pages, 0);
});

async function walk(database: Database, source: Source, window: Window) {
  let pages = 0;
  let cursor: Cursor | null = null;
  do {
    const page = await source.readPage(window, cursor, signal);
    await storePage(database, source, 'demo', window, cursor, page);
    pages += 1;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { window, pages, keys: await keysOf(database, window) };
}

import { MockActivityEnvironment } from '@temporalio/testing';
import { createCollectActivities } from '../../activities/collect.js';
import { createLedgerActivities } from '../../activities/ledger.js';
import { loadConfig } from '../../core/config.js';
import { PhoenixError } from '../../core/errors.js';
import type { CollectPageResult, Cursor, Window } from '../../core/schemas/collect.js';
import type { SourceName } from '../../core/schemas/names.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { type ClosedWindow, countRun, type WindowCounts } from '../../store/windows/windows.js';
import { createReach, type Reach } from '../../workers/reach.js';
import { startTestDatabase } from './mongodb.js';

/** Windows walked by the product's own activities over real servers, without Temporal: a day costs milliseconds. */
export interface WindowWalks {
  readonly sandbox: Sandbox;
  readonly database: Database;
  /** Opens, walks and closes the window of a day, as `collectZip` does. */
  walk(runDate: string, options?: WalkOptions): Promise<WalkedWindow>;
  /** From now on another worker does the work. */
  changeWorker(): void;
  /** Forgets all that was stored and asked, and what became of listings. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

interface WalkOptions {
  readonly force?: boolean;
  readonly limit?: number | null;
  readonly past?: boolean;
  /** Left out: the run of the day. */
  readonly runKey?: string;
}

export interface WalkedWindow extends ClosedWindow {
  readonly counts: WindowCounts | undefined;
}

/** More pages than any walk of a stand-in has; one that is longer does not end. */
const MOST_PAGES = 100;

export async function startWindowWalks(
  source: SourceName,
  zip: string,
  options: SandboxOptions,
  variables: Readonly<Record<string, string>> = {},
): Promise<WindowWalks> {
  const [sandbox, server] = await Promise.all([startSandbox(options), startTestDatabase()]);
  const database = await openDatabase(server.url, 'walks');
  await initDatabase(database.db);
  const config = loadConfig({ env: { ...sandbox.variables, PHOENIX_MODE: 'demo', ...variables }, file: '/dev/null' });
  const reaches: Reach[] = [createReach(config, database)];
  let activities = activitiesOf(reaches[0]);

  function activitiesOf(reach: Reach | undefined) {
    if (reach === undefined) throw new Error('there is no worker');
    const { sources, keepFailedPage, noteDrift } = reach;
    return {
      ...createLedgerActivities({ database, sources }),
      ...createCollectActivities({ sources, database, mode: 'demo', keepFailedPage, noteDrift }),
    };
  }

  async function pages(window: Window): Promise<'end' | 'limit'> {
    let cursor: Cursor | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const at = cursor;
      const read: CollectPageResult = await new MockActivityEnvironment().run(() =>
        activities.collectPage({ window, cursor: at }),
      );
      if (read.limitReached) return 'limit';
      if (read.nextCursor === null) return 'end';
      cursor = JSON.parse(JSON.stringify(read.nextCursor));
    }
    throw new Error(`no end after ${MOST_PAGES} pages`);
  }

  async function end(window: Window): Promise<ClosedWindow> {
    try {
      const ended = await pages(window);
      if (ended === 'limit') return activities.closeWindow({ window, state: 'partial', reason: 'limit' });
    } catch (problem) {
      if (!(problem instanceof PhoenixError)) throw problem;
      return activities.closeWindow({ window, state: 'failed', reason: problem.code });
    }
    return activities.closeWindow({ window, state: 'complete', reason: null });
  }

  return {
    sandbox,
    database,
    async walk(runDate, { force = false, limit = null, past = false, runKey = `day/${runDate}` } = {}) {
      const window: Window = { market: 'phoenix', county: 'us-az-maricopa', source, zip, runDate, runKey, limit };
      await activities.openWindow({ window, force, past });
      return { ...(await end(window)), counts: (await countRun(database.db, runKey))[0] };
    },
    changeWorker() {
      const reach = createReach(config, database);
      reaches.push(reach);
      activities = activitiesOf(reach);
    },
    async reset() {
      sandbox.faults.clear();
      sandbox.log.clear();
      sandbox.reso.desk.reset();
      for (const { name } of await database.db.listCollections({}, { nameOnly: true }).toArray()) {
        if (name !== 'migrations') await database.db.collection(name).deleteMany({});
      }
    },
    async stop() {
      await Promise.all(reaches.map((reach) => reach.close()));
      await database.close();
      await Promise.all([sandbox.stop(), server.stop()]);
    },
  };
}

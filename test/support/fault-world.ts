import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions, RunSummary } from '../../core/schemas/run.js';
import type { LoggedRequest } from '../../sandbox/request-log.js';
import type { QuarantineDocument, RunDocument, WindowDocument } from '../../store/documents.js';
import { startTestWorld, type TestWorld, type TestWorldOptions } from './world.js';

/** ZIPs of the market, walked by every run of a fault world. */
export const ZIPS = ['85031', '85033', '85035'] as const;
export const COUNTY = 'maricopa-assessor';
const SCOPE = { sources: [COUNTY], zips: ZIPS } as const;

/** A world with one worker, emptied between cases, so that a case costs seconds. */
export interface FaultWorld extends TestWorld {
  /** The worker that it begins with. */
  readonly worker: ChildProcess;
  /** Forgets everything: database, request log, faults. @param except collections that stay, as the worker goes by them */
  empty(except?: readonly string[]): Promise<void>;
  /** Runs the county's day and gives its summary. */
  day(runDate: string, options?: Partial<RunOptions>): Promise<RunSummary>;
  /** Starts the county's day. */
  begin(runDate: string, options?: Partial<RunOptions>): ReturnType<TestWorld['startDay']>;
  summaryOf(runKey: string): Promise<RunSummary>;
  /** The ledger of a day: ZIP to state and reason. */
  ledger(runDate: string): Promise<Readonly<Record<string, string>>>;
  quarantined(): Promise<readonly QuarantineDocument[]>;
  searches(): readonly LoggedRequest[];
  /** Waits until the county was asked so often. */
  requestsReach(count: number): Promise<void>;
}

/**
 * Starts it. 30 parcels a ZIP are two pages each; the request budget leaves 20 details, unless `variables` say otherwise.
 */
export async function startFaultWorld(options: Partial<TestWorldOptions> = {}): Promise<FaultWorld> {
  const { variables, ...rest } = options;
  const world = await startTestWorld({
    parcelsPerZip: 30,
    ...rest,
    variables: { MARICOPA_REQUEST_BUDGET: '26', ...variables },
  });
  const worker = await world.startWorker();
  const log = () => world.sandbox.county.log;
  const faultWorld: FaultWorld = {
    ...world,
    worker,
    async empty(except = []) {
      world.sandbox.faults.clear();
      for (const { name } of await world.db.listCollections({}, { nameOnly: true }).toArray()) {
        if (![...except, 'migrations'].includes(name)) await world.db.collection(name).deleteMany({});
      }
      world.sandbox.log.clear();
    },
    begin: (runDate, own = {}) => world.startDay(runDate, { ...SCOPE, ...own }),
    async day(runDate, own = {}) {
      const { runKey } = await world.runDay(runDate, { ...SCOPE, ...own });
      return faultWorld.summaryOf(runKey);
    },
    async summaryOf(runKey) {
      const run = await world.db.collection<RunDocument>('runs').findOne({ _id: runKey });
      if (!run?.summary) throw new Error(`no summary of ${runKey}`);
      return run.summary;
    },
    async ledger(runDate) {
      const windows = await world.db.collection<WindowDocument>('windows').find({ runDate }).sort({ zip: 1 }).toArray();
      return Object.fromEntries(
        windows.map(({ zip, state, reason }) => [zip, reason === null ? state : `${state}: ${reason}`]),
      );
    },
    quarantined: () => world.db.collection<QuarantineDocument>('quarantine').find().toArray(),
    searches: () => log().filter(({ path }) => path.startsWith('/search/')),
    async requestsReach(count) {
      while (log().length < count) await sleep(20);
    },
  };
  return faultWorld;
}

/** The promise of every run: nothing is lost on the way from the source to a count. */
export function addsUp({ counts }: Pick<RunSummary, 'counts'>): boolean {
  const { seen, stored, unchanged, quarantined, excluded } = counts;
  return seen === stored + unchanged + quarantined + excluded;
}

import { loadConfig } from '../../core/config.js';
import { PhoenixError } from '../../core/errors.js';
import type { Json } from '../../core/hash.js';
import type { Cursor, Window } from '../../core/schemas/collect.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { RawPayload, Source, SourcePage } from '../../core/source.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { createReach, type Reach } from '../../workers/reach.js';
import { startTestDatabase } from '../support/mongodb.js';
import { type Front, startFront } from './front.js';
import type { SourceHarness, StandIn } from './harness.js';

/** Everything one source is tested with: stand-in, front, database, and the product's own wiring between them. */
export interface Kit {
  readonly name: SourceName;
  readonly standIn: StandIn;
  readonly front: Front;
  readonly database: Database;
  readonly reach: Reach;
  readonly source: Source;
  readonly window: Window;
  /** The wiring once more, as a second worker has it. Ended with the kit. */
  again(): Reach;
  /** Passes everything on, forgets requests, ceilings and all that was stored. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one source on real servers. */
export async function startKit(name: SourceName, harness: SourceHarness): Promise<Kit> {
  const [standIn, server] = await Promise.all([harness.start(), startTestDatabase()]);
  const front = await startFront(standIn.origin);
  const database = await openDatabase(server.url, 'contract');
  await initDatabase(database.db);
  const config = loadConfig({ env: { PHOENIX_MODE: 'demo', ...standIn.variables(front.origin) } });
  const reaches: Reach[] = [];
  const again = (): Reach => {
    const reach = createReach(config, database);
    reaches.push(reach);
    return reach;
  };
  const reach = again();
  return {
    name,
    standIn,
    front,
    database,
    reach,
    source: reach.sources.get(name),
    window: {
      market: 'phoenix',
      county: 'us-az-maricopa',
      source: name,
      zip: standIn.zip,
      runDate: '2026-03-02',
      runKey: 'contract#1',
      limit: null,
    },
    again,
    async reset() {
      front.reset();
      for (const { name: collection } of await database.db.listCollections({}, { nameOnly: true }).toArray()) {
        await database.db.collection(collection).deleteMany({});
      }
    },
    async stop() {
      await Promise.all(reaches.map((one) => one.close()));
      await database.close();
      await Promise.all([front.stop(), standIn.stop(), server.stop()]);
    },
  };
}

export const NEVER = new AbortController().signal;

/** A page of a walk and the cursor it was asked with. */
export interface WalkedPage {
  readonly cursor: Cursor | null;
  readonly page: SourcePage;
}

/** A cursor as it comes back from a workflow's history. */
export function throughHistory(cursor: Cursor | null): Cursor | null {
  const json: Json = JSON.parse(JSON.stringify(cursor));
  return json;
}

/** More pages than any walk of a stand-in has; one that is longer does not end. */
const MOST_PAGES = 30;

/** Walks from a cursor to the end. */
export async function walk(source: Source, window: Window, from: Cursor | null = null): Promise<readonly WalkedPage[]> {
  const pages: WalkedPage[] = [];
  for (let cursor = from; ; ) {
    const page = await source.readPage(window, throughHistory(cursor), NEVER);
    pages.push({ cursor, page });
    if (page.nextCursor === null) return pages;
    if (pages.length > MOST_PAGES) throw new Error(`the walk does not end after ${MOST_PAGES} pages`);
    cursor = page.nextCursor;
  }
}

/** What the product makes of a payload. */
export function understood(source: Source, payload: RawPayload) {
  const redacted = { ...payload, body: source.redact(payload.body) };
  return { redacted, result: source.parse(redacted) };
}

/** Keys of all records of some pages, as often as they come. */
export function keysOf(source: Source, pages: readonly WalkedPage[]): readonly string[] {
  return pages.flatMap(({ page }) =>
    page.payloads.flatMap((payload) => understood(source, payload).result.records.map(({ key }) => key)),
  );
}

/** The error of some work; fails when there is none, or one that the system did not raise on purpose. */
export async function typedErrorOf(work: Promise<unknown>): Promise<PhoenixError> {
  const problem = await work.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (problem instanceof PhoenixError) return problem;
  throw problem;
}

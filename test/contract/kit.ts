import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../core/config.js';
import { PhoenixError } from '../../core/errors.js';
import type { Json } from '../../core/hash.js';
import type { RawPayload, SourceDetail } from '../../core/raw-payload.js';
import type { Cursor, Window } from '../../core/schemas/collect.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { Source, SourcePage } from '../../core/source.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { createReach, type Reach } from '../../workers/reach.js';
import { startTestDatabase } from '../support/mongodb.js';
import { type Front, type FrontAnswer, startFront } from './front.js';
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
  /** A whole walk and a few details as they came, asked for once: enough where it does not matter when they were asked. */
  readonly walked: () => Promise<readonly WalkedPage[]>;
  readonly details: () => Promise<readonly (readonly [key: string, detail: SourceDetail])[]>;
  /** The first page of the walk as the service sends it, and its headers. */
  readonly rightPage: () => Promise<FrontAnswer>;
  /** The wiring once more, as a second worker has it. Ended with the kit. */
  again(): Reach;
  /** Passes everything on, forgets requests, ceilings and all that was stored. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** A stand-in answers in milliseconds; a page that is not finished then never will be. */
const BROWSER_TIMES = { navigationTimeoutMs: 6_000, settleTimeoutMs: 400 };

/** Starts one source on real servers. */
export async function startKit(name: SourceName, harness: SourceHarness): Promise<Kit> {
  const standIn = await harness.start(); // before the database: where there is none yet, nothing is left running
  const server = await startTestDatabase();
  const front = await startFront(standIn.origin);
  const database = await openDatabase(server.url, 'contract');
  await initDatabase(database.db);
  const folder = await mkdtemp(join(tmpdir(), 'phoenix-contract-'));
  const own = { PHOENIX_MODE: 'demo', PHOENIX_DATA: folder };
  const config = loadConfig({ env: { ...own, ...standIn.variables(front.origin) } });
  const reaches: Reach[] = [];
  const again = (): Reach => {
    const reach = createReach(config, database, BROWSER_TIMES);
    reaches.push(reach);
    return reach;
  };
  const reach = again();
  const source = reach.sources.get(name);
  const window: Window = {
    market: 'phoenix',
    county: 'us-az-maricopa',
    source: name,
    zip: standIn.zip,
    runDate: '2026-03-02',
    runKey: 'contract#1',
    limit: null,
  };
  let rightPage: Promise<FrontAnswer> | null = null;
  let walked: Promise<readonly WalkedPage[]> | null = null;
  let details: Promise<readonly (readonly [string, SourceDetail])[]> | null = null;
  return {
    name,
    standIn,
    front,
    database,
    reach,
    source,
    window,
    walked() {
      walked ??= walk(source, window);
      return walked;
    },
    rightPage() {
      rightPage ??= firstAnswer(front, standIn, source, window);
      return rightPage;
    },
    details() {
      details ??= someDetails(source, window, standIn.keys());
      return details;
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
      await rm(folder, { recursive: true, force: true });
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

async function firstAnswer(front: Front, standIn: StandIn, source: Source, window: Window): Promise<FrontAnswer> {
  let seen: FrontAnswer | null = null;
  front.tamper(async (request, ask) => {
    if (standIn.isPage(request)) seen ??= await ask();
    return null;
  });
  await source.readPage(window, null, NEVER);
  front.reset();
  if (seen === null) throw new Error('the walk asked for no page');
  return seen;
}

const SOME_DETAILS = 3;

async function someDetails(source: Source, window: Window, keys: readonly string[]) {
  const details: [string, SourceDetail][] = [];
  for (const key of keys.slice(0, SOME_DETAILS)) details.push([key, await source.readDetail(window, key, NEVER)]);
  return details;
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

/** Text of a body as it may have come. */
export function textOf(body: RawPayload['body']): string {
  return body.type === 'json' ? JSON.stringify(body.json) : body.html;
}

/** Lets the front answer every page of a walk with something else, made from the right page. */
export function bendPages(
  { front, standIn }: Kit,
  bend: (page: string) => string | FrontAnswer,
  onlyFirst = false,
): void {
  let bent = 0;
  front.tamper(async (request, ask) => {
    if (!standIn.isPage(request) || (onlyFirst && bent > 0)) return null;
    bent += 1;
    const right = await ask();
    const given = bend(String(right.body));
    return typeof given === 'string' ? { ...right, body: given } : given;
  });
}

/** Requests that reached the stand-in's front, robots.txt left out. */
export function askedFor({ front }: Kit): readonly string[] {
  return front.asked.map(({ target }) => target).filter((target) => target !== '/robots.txt');
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

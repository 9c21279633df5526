import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runDateOf } from '../../core/dates.js';
import { repairWorkflowId } from '../../core/ids.js';
import type { FactValue } from '../../core/schemas/facts.js';
import type { RepairSelectorsResult } from '../../core/schemas/repair.js';
import type { RunSummary } from '../../core/schemas/run.js';
import type { Listing } from '../../sandbox/listing.js';
import { LANES } from '../../sources/phoenix-mls/settings.js';
import type { RawPropertyDocument, RunDocument, WindowDocument, WindowPageDocument } from '../../store/documents.js';
import type { SelectorSetDocument } from '../../store/selector-sets.js';
import { testBrowser } from '../support/browser.js';
import { phx } from '../support/phx.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const SOURCE = 'phoenix-mls';
const SITE = 'listing-site';
const LISTINGS = 45;
/** Details that are read before the site changes. */
const BEFORE = 20;
const NEW_LAYOUT = { service: SITE, effect: { kind: 'layout-change', layout: 'unseen' } } as const;
const today = () => runDateOf(Date.now(), 'America/Phoenix');
const tomorrow = () => runDateOf(Date.now() + 86_400_000, 'America/Phoenix');

let world: TestWorld;
let settings: Readonly<Record<string, string>>;
let worker: { readonly stop: () => Promise<unknown> };

async function startWorker(): Promise<typeof worker> {
  const child = await world.startWorker();
  return {
    stop: () => {
      child.kill('SIGKILL');
      return once(child, 'exit');
    },
  };
}

const cli = (...args: string[]) => phx(args, settings);
const askedOf = (path: RegExp) =>
  world.sandbox.log.entries({ sinceMs: 0, service: SITE }).filter((one) => path.test(one.path));
const details = () => askedOf(/-mls_\d{7}/).length;

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    await sleep(100);
  }
}

async function summaryOf(runKey: string): Promise<RunSummary> {
  const run = await world.db.collection<RunDocument>('runs').findOne({ _id: runKey });
  if (!run?.summary) throw new Error(`no summary of ${runKey}`);
  return run.summary;
}

const repairs = () => world.db.collection<SelectorSetDocument>('selector_sets');
const proposed = () => until(() => repairs().findOne({ state: 'proposed' }));

async function repairResult(): Promise<RepairSelectorsResult> {
  return (await world.client()).workflow.getHandle(repairWorkflowId(SOURCE)).result();
}

async function windowsOf(runDate: string): Promise<readonly string[]> {
  const windows = await world.db.collection<WindowDocument>('windows').find({ runDate, source: SOURCE }).toArray();
  return windows.map(({ state }) => state);
}

/** What a record may say of a listing; a fact that is not here is not checked. */
function truthOf(listing: Listing): Readonly<Record<string, FactValue | null>> {
  return {
    ListingKey: listing.listingId,
    ListPrice: listing.listPrice,
    StandardStatus: listing.status,
    BedroomsTotal: listing.bedrooms,
    BathroomsFull: listing.bathsFull,
    BathroomsHalf: listing.bathsHalf,
    BathroomsTotalInteger: listing.bathsFull + listing.bathsHalf,
    LivingArea: listing.livingArea,
    PostalCode: listing.zip,
    PoolPrivateYN: listing.privatePool,
    LotSizeSquareFeet: listing.lotSqft,
    YearBuilt: listing.yearBuilt,
    ParcelNumber: listing.assessorNumber === null ? null : listing.assessorNumber.replaceAll('-', ''),
    PublicRemarks: listing.remarks.replace(/\s+/g, ' ').trim(),
  };
}

/** Every stored fact that is not the truth, and the sets that facts were read by. */
async function compareWithTruth() {
  const records = await world.db.collection<RawPropertyDocument>('raw_properties').find({ source: SOURCE }).toArray();
  const truth = new Map(world.sandbox.world.listings.map((listing) => [listing.listingId, truthOf(listing)]));
  const facts = records.flatMap(({ key, kinds }) =>
    Object.entries(kinds).flatMap(([kind, known]) => known.facts.map((fact) => ({ key, kind, ...fact }))),
  );
  const wrong = facts.filter(({ key, name, value }) => {
    const right = truth.get(key)?.[name];
    return right !== undefined && right !== value;
  });
  const sets = new Set(facts.map(({ path }) => path.split(' ')[0]));
  const withDetail = records.filter(({ kinds }) => kinds['listing-page'] !== undefined).length;
  return { wrong, checked: facts.length, sets: [...sets].sort(), listings: records.length, withDetail };
}

const chromium = await testBrowser();

describe('a site that has a new layout in the middle of a run', () => {
  beforeAll(async () => {
    world = await startTestWorld({ parcelsPerZip: 30, listings: LISTINGS, variables: { CHROMIUM_PATH: chromium } });
    settings = {
      ...world.sandbox.variables,
      CHROMIUM_PATH: chromium,
      PHOENIX_MODE: 'demo',
      PHOENIX_DATA: world.dataFolder,
      MONGODB_URL: world.database.url,
      TEMPORAL_ADDRESS: world.temporal.address,
    };
    worker = await startWorker();
  }, 120_000);
  afterAll(() => world?.stop(), 60_000);

  it('is stopped at the first page of the new layout, and nothing wrong is kept', async () => {
    const run = await world.startDay(today(), { sources: [SOURCE] });
    await until(async () => (details() >= BEFORE ? true : null));
    world.sandbox.faults.add(NEW_LAYOUT);
    const changedAt = Date.now();
    const { runKey } = await run.result();
    const { status, missing, sources } = await summaryOf(runKey);
    expect(status).toBe('partial');
    expect(missing.join('\n')).toMatch(/SchemaDrift: .*layout changed.*page kept as artifacts\//);
    expect(sources).toMatchObject([{ name: SOURCE, status: 'partial' }]);
    expect(await windowsOf(today())).not.toContain('open');
    const late = await world.db
      .collection<WindowPageDocument>('window_pages')
      .countDocuments({ runKey, detail: 'done', at: { $gt: new Date(changedAt) } });
    expect(late).toBeLessThanOrEqual(LANES); // of each lane one page may have been on its way when the site changed
    const { wrong, sets, listings } = await compareWithTruth();
    expect({ wrong, sets, listings }).toEqual({ wrong: [], sets: ['classic@1'], listings: LISTINGS });
  }, 180_000);

  it('gets a proposal of four fifths of the fields, and a person can see what it rests on', async () => {
    const { name, facts, heldOut, missing, samples, fields } = await proposed();
    expect({ name, missing }).toEqual({ name: 'learned@1', missing: [] });
    expect((facts?.found ?? 0) / (facts?.of ?? 1)).toBeGreaterThanOrEqual(0.8);
    expect(heldOut).toMatchObject({ wrong: 0 });
    expect(samples.length).toBeGreaterThan(20);
    const { code, stdout } = await cli('sources', 'repair', 'review', 'phoenix');
    expect(code).toBe(0);
    expect(stdout).toMatch(/results price: \d+ of \d+ right \(100\.0 %\), 0 wrong/);
    expect(stdout).toContain('old .flexmls_connect__sr_price');
    expect(stdout).toMatch(/new (li\.finder-item > )?b\.finder-ask/);
    const price = fields?.find(({ field }) => field === 'results price')?.examples[0];
    expect(price?.known).toBe(price?.read);
    const { stdout: listed } = await cli('sources', 'list');
    expect(listed).toContain('selectors learned@1 wait for you');
  }, 120_000);

  it('is not read by a proposal that nobody has approved', async () => {
    const { runKey } = await world.runDay(tomorrow(), { sources: [SOURCE] });
    const { missing } = await summaryOf(runKey);
    expect(missing.join('\n')).toMatch(/SchemaDrift/);
    expect((await compareWithTruth()).sets).toEqual(['classic@1']);
  }, 120_000);

  it('is found changed before the next run walks anything, from one page', async () => {
    const before = await world.db.collection<RunDocument>('runs').findOne({ runDate: tomorrow() });
    const asked = await world.db
      .collection('fetches')
      .find({ runKey: before?._id, endpoint: { $ne: 'robots' } })
      .toArray();
    expect(asked.map(({ endpoint }) => endpoint)).toEqual(['find-listing']);
  });

  it('refuses a decision without a name or a reason', async () => {
    expect((await cli('sources', 'repair', 'approve', 'phoenix', '--by', 'Operator')).code).toBe(2);
  });

  it('is waited with by a worker that was started anew', async () => {
    await worker.stop();
    worker = await startWorker();
    expect((await cli('sources', 'repair', 'review', 'phoenix')).stdout).toContain('learned@1: proposed');
  }, 60_000);

  it('is read by the approved set, and the run is finished with every listing once and right', async () => {
    const done = await cli('sources', 'repair', 'approve', 'phoenix', '--by', 'Operator', '--reason', 'looked at it');
    expect({ code: done.code, stderr: done.stderr }).toMatchObject({ code: 0 });
    expect((await cli('sources', 'repair', 'reject', 'phoenix', '--by', 'Operator', '--reason', 'late')).code).not.toBe(
      0,
    );
    const result = await repairResult();
    expect(result).toMatchObject({ status: 'approved', name: 'learned@1', reason: 'looked at it' });
    expect(result.filled.map((part) => [part.runDate, part.result.status])).toContainEqual([today(), 'complete']);
    expect(new Set(await windowsOf(today()))).toEqual(new Set(['complete']));
    const { wrong, sets, listings, withDetail } = await compareWithTruth();
    expect({ wrong, sets }).toEqual({ wrong: [], sets: ['classic@1', 'learned@1'] });
    expect({ listings, withDetail }).toEqual({ listings: LISTINGS, withDetail: LISTINGS });
  }, 240_000);
});

import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangedValues } from '../../core/schemas/changes.js';
import type { SourceRecord } from '../../core/schemas/facts.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { ReplayTotals } from '../../core/schemas/replay.js';
import type { Happening, WorldDay } from '../../sandbox/days.js';
import type { FaultEffect } from '../../sandbox/faults.js';
import type { LayoutName } from '../../sandbox/listing-site/layouts.js';
import { createRandom } from '../../sandbox/random.js';
import type { ServiceName } from '../../sandbox/request-log.js';
import { listingKey } from '../../sandbox/reso-record.js';
import { canonicalTruth } from '../../sandbox/truth.js';
import type { ChangeEventDocument, RawPropertyDocument } from '../../store/documents.js';
import { marketAsOf } from '../../store/history.js';
import { phx } from './phx.js';
import { startTestWorld, type TestWorld } from './world.js';

/** Some days in a row of a small world. */
export interface DaysPlan {
  readonly days: number;
  readonly parcelsPerZip: number;
  readonly listings: number;
  /** Days in the middle of which the worker is killed; the moments are drawn. */
  readonly kills: readonly number[];
  /** Path of the browser; null: the listing site is left out. */
  readonly chromium: string | null;
  /** From this day on the listing site has another layout; null: never. */
  readonly layoutDay: number | null;
  /** On this day every search is answered with nothing; null: never. */
  readonly badDay: number | null;
}

/** What was told and kept, in the same words as the truth. */
export interface DaysFigures {
  readonly seconds: number;
  readonly kills: number;
  /** `source key kind before after`, sorted. */
  readonly told: readonly string[];
  readonly expected: readonly string[];
  /** For each day what is wrong when it is looked back to. */
  readonly lookBack: Readonly<Record<number, readonly string[]>>;
  /** What the database says, without times and ids of requests. */
  readonly content: unknown;
  readonly replayed: ReplayedDays;
}

/** All days read once more with the same parsers, by `phx replay --apply`. */
export interface ReplayedDays {
  readonly records: number;
  /** Records that read otherwise, that nothing was kept of, or that were written. */
  readonly different: number;
  /** Requests that reached any service meanwhile. */
  readonly requests: number;
  /** Events and versions that came by it. */
  readonly added: number;
  /** By the processor's time of parsers and comparison. */
  readonly recordsPerSecond: number;
}

const ZIPS = ['85031', '85033', '85035'];
const COUNTY: SourceName = 'maricopa-assessor';
const VARIABLES = { MARICOPA_REQUEST_BUDGET: '1000000' };
/** Shown of each thing when a day is looked back to. */
const NAMES = ['StandardStatus', 'ListPrice', 'TaxYear', 'xFullCashValue', 'CloseDate', 'ClosePrice'];
const dateOf = (day: number) => `2026-03-${String(day + 1).padStart(2, '0')}`;

/** Runs the days one after the other with one worker, and gives what came of them beside the truth. */
export async function runDays(plan: DaysPlan): Promise<DaysFigures> {
  const { days: count, parcelsPerZip, listings, chromium } = plan;
  const days = { count, zips: ZIPS, file: null };
  const variables = { ...VARIABLES, ...(chromium === null ? {} : { CHROMIUM_PATH: chromium }) };
  const world = await startTestWorld({ parcelsPerZip, listings, days, variables });
  const began = performance.now();
  try {
    const runner = await startRunner(world, plan);
    const all: WorldDay[] = [];
    const moments: number[] = [];
    for (let day = 1; day <= count; day += 1) {
      all.push(day === 1 ? (world.sandbox.today() ?? world.sandbox.nextDay()) : world.sandbox.nextDay());
      moments.push(await runner.run(day));
    }
    const sources = sourcesOf(plan);
    return {
      seconds: Math.round((performance.now() - began) / 1_000),
      kills: runner.kills(),
      told: (await eventsOf(world)).sort(),
      expected: all.flatMap((day) => expectedOn(day, sources, count)).sort(),
      lookBack: await lookBacks(world, plan, all, moments),
      content: await contentOfDays(world),
      replayed: await replayAll(world, count),
    };
  } finally {
    await world.stop();
  }
}

async function replayAll({ db, sandbox, variables }: TestWorld, count: number): Promise<ReplayedDays> {
  const kept = async () =>
    (await db.collection('change_events').countDocuments({})) +
    (await db.collection('record_versions').countDocuments({}));
  const [asked, before] = [sandbox.log.entries().length, await kept()];
  const totals: ReplayTotals[] = [];
  for (let day = 1; day <= count; day += 1) {
    const { code, stdout, stderr } = await phx(['replay', '--date', dateOf(day), '--apply', '--json'], variables);
    if (code !== 0) throw new Error(`phx replay ended with ${code}: ${stderr}`);
    totals.push(...JSON.parse(stdout).sources);
  }
  const sum = (pick: (one: ReplayTotals) => number) => totals.reduce((so, one) => so + pick(one), 0);
  const records = sum((one) => one.records);
  return {
    records,
    different: sum(({ changed, fresh, lost, written }) => changed + fresh + lost + written),
    requests: sandbox.log.entries().length - asked,
    added: (await kept()) - before,
    recordsPerSecond: Math.round((records / sum(({ readMs }) => readMs)) * 1_000),
  };
}

const sourcesOf = ({ chromium }: DaysPlan): readonly SourceName[] =>
  chromium === null ? [COUNTY, 'reso'] : [COUNTY, 'reso', 'phoenix-mls'];

async function startRunner(world: TestWorld, plan: DaysPlan) {
  const random = createRandom('kills');
  let worker = await world.startWorker();
  let kills = 0;
  /** Kills the worker once so many more requests have come, and starts another. */
  async function killAfter(requests: number, ended: AbortSignal): Promise<void> {
    const at = world.sandbox.log.entries().length + requests;
    while (world.sandbox.log.entries().length < at && !ended.aborted) await sleep(10);
    if (ended.aborted) return;
    worker.kill('SIGKILL');
    kills += 1;
    worker = await world.startWorker();
  }
  return {
    kills: () => kills,
    /** @returns a moment after the day and before the next, epoch milliseconds */
    async run(day: number): Promise<number> {
      makeTrouble(world, plan, day);
      const ended = new AbortController();
      const requests = random.whole(1, plan.parcelsPerZip * ZIPS.length);
      const killing = plan.kills.includes(day) ? killAfter(requests, ended.signal) : null;
      // Documents of the county are asked each day, whatever their rows say; the others as on any day.
      await world.runDay(dateOf(day), { sources: [COUNTY], zips: ZIPS, force: true });
      await world.runDay(dateOf(day), { sources: sourcesOf(plan).filter((one) => one !== COUNTY), zips: ZIPS });
      ended.abort();
      await killing;
      await sleep(10);
      const moment = Date.now();
      await sleep(10);
      return moment;
    },
  };
}

function makeTrouble({ sandbox }: TestWorld, { layoutDay, badDay }: DaysPlan, day: number): void {
  const { faults } = sandbox;
  faults.clear();
  const add = (service: ServiceName, effect: FaultEffect, path: string, rate = 1) =>
    faults.add({ service, effect, path, rate });
  if (day === badDay) {
    for (const [service, path] of [
      ['county', '^/search/'],
      ['reso', '/Property'],
      ['listing-site', '^/mls/search/'],
    ] as const) {
      add(service, { kind: 'status', status: 503 }, path, 0.2);
      add(service, { kind: 'empty' }, path);
    }
  }
  const layout: LayoutName = 'newer';
  if (layoutDay !== null && day >= layoutDay) add('listing-site', { kind: 'layout-change', layout }, '^/mls/');
}

/** The events that the sources of a day must give. What goes on the last day is known on the next one. */
function expectedOn({ day, happenings }: WorldDay, sources: readonly SourceName[], last: number): readonly string[] {
  return happenings.flatMap((one) =>
    sources.flatMap((source) => {
      const told = toldBy(source, one);
      return told === null || (told.kind === 'gone' && day === last) ? [] : [lineOf({ source, ...told })];
    }),
  );
}

type Line = Pick<ChangeEventDocument, 'source' | 'key' | 'kind' | 'before' | 'after'>;

function toldBy(source: SourceName, { about, id, kind, before, after }: Happening): Omit<Line, 'source'> | null {
  if ((about === 'parcel') !== (source === COUNTY)) return null;
  const key = source === 'reso' ? keyOf(id) : id;
  if (source !== 'phoenix-mls' || kind !== 'sold') return { key, kind, before, after };
  return { key, kind: 'gone', before, after: null }; // the site shows no sold listing and says nothing of it
}

const keyOf = (listingId: string) => `2025${listingId.padStart(16, '0')}000000`;

function lineOf({ source, key, kind, before, after }: Line): string {
  const side = (values: ChangedValues | null) => JSON.stringify(values && Object.entries(values).sort());
  // The price of what went by a sale is told beside its status: the truth of a sale does not hold it.
  return `${source} ${key} ${kind} ${kind === 'gone' ? '' : side(before)} ${side(after)}`;
}

async function eventsOf({ db }: TestWorld): Promise<string[]> {
  return (await db.collection<ChangeEventDocument>('change_events').find().toArray()).map(lineOf);
}

/** Things of a day: `source key` and what is shown of them. */
type Shown = ReadonlyMap<string, string>;

function truthOf({ listings, parcels }: WorldDay, sources: readonly SourceName[]): Shown {
  const shown = new Map<string, string>();
  const textOf = (values: Readonly<Record<string, unknown>>) =>
    JSON.stringify(NAMES.map((name) => values[name] ?? null));
  for (const one of listings) {
    const text = textOf({ StandardStatus: one.status, ListPrice: one.listPrice });
    if (!ZIPS.includes(one.zip)) continue;
    for (const source of sources.filter((name) => name !== COUNTY))
      shown.set(`${source} ${source === 'reso' ? listingKey(one) : one.listingId}`, text);
  }
  for (const parcel of parcels) shown.set(`${COUNTY} ${parcel.facts.apn}`, textOf(canonicalTruth(parcel)));
  return shown;
}

async function shownAsOf({ db }: TestWorld, sources: readonly SourceName[], validMs: number): Promise<Shown> {
  const shown = new Map<string, string>();
  for await (const batch of marketAsOf(db, 'phoenix', sources, { validMs, knownMs: null })) {
    for (const { record, goneSince } of batch) {
      const values = new Map(record.facts.map(({ name, value }) => [name, value] as const));
      if (goneSince !== null || values.get('StandardStatus') === 'Closed') continue;
      shown.set(`${record.source} ${record.key}`, JSON.stringify(NAMES.map((name) => values.get(name) ?? null)));
    }
  }
  return shown;
}

/** Each day but the last: what went on that one is not known to have gone. A day on which nothing could be seen is like the one before. */
async function lookBacks(
  world: TestWorld,
  plan: DaysPlan,
  all: readonly WorldDay[],
  moments: readonly number[],
): Promise<Readonly<Record<number, readonly string[]>>> {
  const sources = sourcesOf(plan);
  const found: Record<number, readonly string[]> = {};
  for (const [at, today] of all.slice(0, -1).entries()) {
    const seen = today.day === plan.badDay ? (all[at - 1] ?? today) : today;
    found[today.day] = differences(truthOf(seen, sources), await shownAsOf(world, sources, moments[at] ?? 0));
  }
  return found;
}

function differences(truth: Shown, shown: Shown): readonly string[] {
  const keys = [...new Set([...truth.keys(), ...shown.keys()])].sort();
  return keys.flatMap((key) =>
    truth.get(key) === shown.get(key)
      ? []
      : [`${key}: ${shown.get(key) ?? 'not there'}, not ${truth.get(key) ?? 'there'}`],
  );
}

/** Instants of change are those of the services' clocks; all else must be the same in two worlds. */
async function contentOfDays({ db }: TestWorld): Promise<unknown> {
  const records = await db.collection<RawPropertyDocument>('raw_properties').find().sort({ _id: 1 }).toArray();
  const factsOf = (facts: SourceRecord['facts']) =>
    facts.filter(({ name }) => name !== 'ModificationTimestamp').map(({ name, value }) => [name, value]);
  const properties = await db
    .collection('processed_properties')
    .find({}, { projection: { normalized: 1, quality_score: 1 } })
    .sort({ _id: 1 })
    .toArray();
  return {
    records: records.map(({ _id, propertyId, kinds }) => [
      _id,
      propertyId,
      Object.fromEntries(Object.entries(kinds).map(([kind, { facts }]) => [kind, factsOf(facts)])),
    ]),
    versions: await db.collection('record_versions').countDocuments({}),
    properties,
  };
}

import { windowId } from '../../core/ids.js';
import type { RunFigures } from '../../core/schemas/baselines.js';
import type { Counts, Outcome } from '../../core/schemas/collect.js';
import { DEFAULT_RUN_OPTIONS, type RunSummary } from '../../core/schemas/run.js';
import type { RunFiguresRow } from '../../store/baselines/run-figures.js';
import type { CostEntryDocument } from '../../store/cost/entries.js';
import type { RunDocument, WindowDocument, WindowPageDocument } from '../../store/documents.js';
import type { LlmBatchDocument } from '../../store/llm.js';
import { pageId } from '../../store/windows/windows.js';
import { ZIPS } from '../export-rows.js';
import { type Bulk, requestId } from './bulk.js';
import { type FilledDay, type FilledSource, MARKET, SOURCES, UNMEASURED_DAYS, versionDays } from './plan.js';
import { type FilledWorld, requestOf } from './records.js';

/** Keys of a page of a walk. */
const PAGE = 25;
/** Walked answers are kept for so many days: 90 of the policy, and those that the weekly retention has not removed yet. */
const REQUEST_DAYS = 97;
/** Requests to the model in a night of a machine without a graphics card, at most. */
const MODEL_CALLS = 500;

/** Fills what each day leaves: run, ledger, pages, requests, costs, calls of the model. */
export async function fillDays(bulk: Bulk, world: FilledWorld): Promise<void> {
  const homes = homesByZip(world.properties);
  for (const day of world.calendar) {
    const zips = new Map<FilledSource, (Counts & { readonly zip: string })[]>();
    for (const source of SOURCES) {
      const own: (Counts & { readonly zip: string })[] = [];
      for (const zip of ZIPS)
        own.push({ zip, ...(await fillWindow(bulk, world, day, source, zip, homes.get(zip) ?? [])) });
      zips.set(source, own);
    }
    await fillRun(bulk, world, day, zips);
    await fillMoney(bulk, day, world.properties);
  }
}

function homesByZip(properties: number): ReadonlyMap<string, readonly number[]> {
  const numbers = Array.from({ length: properties }, (_, number) => number);
  return new Map(ZIPS.map((zip, at) => [zip, numbers.filter((number) => number % ZIPS.length === at)]));
}

async function fillWindow(
  bulk: Bulk,
  world: FilledWorld,
  day: FilledDay,
  source: FilledSource,
  zip: string,
  homes: readonly number[],
): Promise<Counts> {
  const { runDate, runKey, startedAt } = day;
  const name = { market: MARKET, source, zip, runDate };
  const keys = homes
    .filter((home) => source === 'maricopa-assessor' || home % 4 !== 3)
    .map((home) => ({
      key: source === 'phoenix-mls' ? `L${home}` : String(10_000_000 + home),
      outcome: outcomeOf(versionDays(source, home, world.days).includes(day.number)),
    }));
  const kept = day.number >= world.days - REQUEST_DAYS;
  for (let from = 0, page = 1; from < keys.length; from += PAGE, page += 1) {
    const step = `walk:${page}`;
    const at = new Date(startedAt.getTime() + page * 1_000);
    const row: WindowPageDocument = {
      ...{
        _id: pageId({ ...name, runKey }, step),
        windowId: windowId(name),
        market: MARKET,
        source,
        zip,
        runKey,
        step,
      },
      ...{ keys: keys.slice(from, from + PAGE), total: keys.length, at },
    };
    await bulk.add('window_pages', [row]);
    if (!kept) continue;
    const fetchId = requestId(`${source} ${zip} ${runDate} ${page}`);
    const url = `https://${source}.example/search?zip=${zip}&page=${page}`;
    await bulk.add('fetches', [requestOf(day, { fetchId, source, zip, kind: 'search', url, at })]);
  }
  const stored = keys.filter(({ outcome }) => outcome === 'stored').length;
  const counts = { seen: keys.length, stored, unchanged: keys.length - stored, quarantined: 0, excluded: 0 };
  const window: WindowDocument = {
    ...{ _id: windowId(name), ...name, state: 'complete', reason: null, limit: null, total: keys.length },
    ...{ seen: keys.length, listed: { by: 'whole', keys: keys.length }, completedBy: runKey, updatedAt: day.endedAt },
  };
  await bulk.add('windows', [window]);
  return counts;
}

const outcomeOf = (changed: boolean): Outcome => (changed ? 'stored' : 'unchanged');

async function fillRun(
  bulk: Bulk,
  world: FilledWorld,
  day: FilledDay,
  zips: ReadonlyMap<FilledSource, readonly (Counts & { readonly zip: string })[]>,
): Promise<void> {
  const { runId, runKey, runDate, startedAt, endedAt } = day;
  const all = [...zips.values()].flat();
  const of = (name: keyof Counts) => all.reduce((sum, one) => sum + one[name], 0);
  const counts = {
    ...{ seen: of('seen'), stored: of('stored'), unchanged: of('unchanged'), quarantined: 0, excluded: 0 },
  };
  const times = { startedAt: startedAt.toISOString(), endedAt: endedAt.toISOString() };
  const summary: RunSummary = {
    ...{ schemaVersion: 1, runId, runKey, status: 'complete', mode: 'demo', market: MARKET, runDate, ...times, counts },
    sources: [...zips].map(([name, own]) => ({
      ...{ name, status: 'complete', reason: null, requests: Math.ceil(of('seen') / PAGE) },
      zips: own.map((one) => ({ ...one, status: 'complete', reason: null, total: one.seen })),
      details: { done: 0, missing: 0, leftForLater: 0 },
    })),
    ...{ llm: { model: 'm', reason: null, calls: 10, cached: 0, tokens: 900, ruleOnly: 0, pending: 0, failed: 0 } },
    phases: ['collect', 'enrich', 'validate', 'report'].map((name) => ({ name, ...times, overBudgetMs: 0 })),
    ...{ missing: [], warnings: [], properties: { total: world.properties, withListing: 0 }, examples: [] },
    ...{ mail: { sent: false, reason: 'no mail settings' }, report: null },
  };
  const run: RunDocument = {
    ...{ _id: runKey, workflowId: runId, market: MARKET, mode: 'demo', runDate, options: DEFAULT_RUN_OPTIONS },
    ...{ status: 'complete', startedAt, endedAt, counts, summary },
  };
  await bulk.add('runs', [run]);
  const figures: RunFiguresRow = {
    ...{
      _id: `run ${runKey}`,
      kind: 'run',
      runKey,
      market: MARKET,
      runDate,
      daily: true,
      at: endedAt,
      figures: FIGURES,
    },
  };
  if (day.number < world.days - UNMEASURED_DAYS) await bulk.add('measures', [figures]);
}

const FIGURES: RunFigures = {
  ...{ 'success-rate': 1, throughput: 3_000, 'processing-time': 60, 'error-rate': 0.01, cpu: 0.4, memory: 0.5 },
  ...{ 'disk-io': 0.1, 'network-latency': 120, 'daily-cost': 0.4, 'property-cost': 0.0001, 'monthly-projection': 12 },
  'budget-used': 0.5,
};

async function fillMoney(
  bulk: Bulk,
  { runKey, runDate, startedAt, number }: FilledDay,
  properties: number,
): Promise<void> {
  const calls = Math.min(MODEL_CALLS, properties);
  const entries = Array.from(
    { length: 20 },
    (_, at): CostEntryDocument => ({
      ...{
        _id: `${runKey} cost ${at}`,
        line: 'captcha',
        item: 'captcha-solution',
        costUsdMicros: 2_000,
        estimated: false,
      },
      ...{ market: MARKET, source: 'phoenix-mls', zip: null, runKey, at: startedAt, day: runDate },
    }),
  );
  await bulk.add('cost_entries', entries);
  await bulk.add(
    'llm_calls',
    Array.from({ length: calls }, (_, at) => ({
      ...{
        _id: `${runKey} call ${at}`,
        id: `call ${at}`,
        model: 'm',
        promptTokens: 400,
        outputTokens: 90,
        tokens: 490,
      },
      ...{ propertyId: `us-az-maricopa:${10_000_000 + ((number * calls + at) % properties)}`, runKey },
      at: new Date(startedAt.getTime() + at * 5_000),
    })),
  );
  const batches = Array.from(
    { length: Math.ceil(calls / PAGE) },
    (_, batch): LlmBatchDocument => ({
      ...{ _id: `${runKey} ${batch}`, runKey, batch, size: PAGE, lanes: 1, why: 'usual', claimed: PAGE, asked: PAGE },
      ...{ described: PAGE, timeouts: 0, refused: 0, milliseconds: 120_000, trouble: null, at: startedAt },
    }),
  );
  await bulk.add('llm_batches', batches);
}

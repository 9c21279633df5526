import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions, RunSummary } from '../../core/schemas/run.js';
import { decide } from '../../store/decisions.js';
import { killBrowser } from './browser.js';
import { COUNTY, type FaultWorld, startFaultWorld } from './fault-world.js';
import { type Blow, type MixFigures, mixFigures } from './recovery-figures.js';
import { type ScriptedModel, startScriptedModel } from './scripted-model.js';
import { contentOf } from './world.js';

/** A day of county, listing site and model in which twelve kinds of fault strike. */
export interface MixPlan {
  /** The pace of the county, 60 a minute, and that of the listing site are so many times as fast. */
  readonly scale: number;
  readonly parcelsPerZip: number;
  readonly listings: number;
  /** Times that all twelve come, spread over the day; the last ones may come too late. */
  readonly rounds: number;
}

/** What came of it. */
export interface MixOutcome extends MixFigures {
  readonly summary: RunSummary;
  /** What a day without faults leaves, and what this one left. */
  readonly expected: Readonly<Record<string, unknown>>;
  readonly found: Readonly<Record<string, unknown>>;
}

const RUN_DATE = '2026-03-02';
const LISTINGS = 'phoenix-mls';
const MODEL = 'scripted:latest';
const SECOND_TOKEN = 'sandbox-county-token-second';
const DATA = '^/(search|parcel)/';
/** Words that name what the question names. */
const WORDS = {
  reply(question: string): string {
    const things = [...question.matchAll(/\(\d\) ([^,\n(]+)/g)].map(([, words = '']) => words.trim());
    return JSON.stringify({ text: `This home in Phoenix has ${things.join(' and ')}.`, key_features: [1] });
  },
};
const JUNKS = 'model that answers junk';
/** A server that answers, but not as a model does. */
const JUNK = [
  { status: 200, body: '<html>not a model</html>', type: 'text/html' },
  { status: 500, body: 'out of memory' },
  { status: 200, body: '{"half":' },
  { status: 500, body: 'out of memory' },
];
const DAY: Partial<RunOptions> = { sources: [COUNTY, LISTINGS], llmSeconds: 600 };

export async function runMix(plan: MixPlan, chromium: string): Promise<MixOutcome> {
  const model = await startScriptedModel([MODEL]);
  model.script(WORDS);
  const world = await startFaultWorld({
    parcelsPerZip: plan.parcelsPerZip,
    listings: plan.listings,
    variables: {
      CHROMIUM_PATH: chromium,
      MARICOPA_API_KEY_2: SECOND_TOKEN,
      MARICOPA_REQUEST_BUDGET: '1000000',
      MARICOPA_WINDOW_LIMIT: '60',
      MARICOPA_WINDOW_MS: `${60_000 / plan.scale}`,
      PHOENIX_MLS_PACE_MS: `${3_000 / plan.scale}`,
      PROXY_SOURCES: LISTINGS,
      OLLAMA_HOST: model.host,
      OLLAMA_MODEL: MODEL,
    },
  });
  try {
    await permit(world);
    await world.day(RUN_DATE, DAY);
    const expected = await contentOf(world.db);
    const requests = { county: countyRequests(world), listings: listingPages(world) };
    await world.empty(['proxies']);
    await permit(world);
    const mix = disturb(world, model, plan, requests);
    const day = await world.begin(RUN_DATE, DAY);
    await mix.until(day.workflowId);
    const blows = await mix.end();
    const client = await world.client();
    const { runKey } = await client.workflow.getHandle(day.workflowId).result();
    const summary = await world.summaryOf(runKey);
    const figures = await mixFigures(world, blows);
    return { ...figures, summary, expected, found: await contentOf(world.db) };
  } finally {
    await world.stop();
    await model.close();
  }
}

const permit = ({ db }: FaultWorld) =>
  decide(db, { kind: 'proxies', subject: LISTINGS, granted: true, reference: 'test', by: 'test' });
const countyRequests = ({ sandbox }: FaultWorld) => sandbox.county.log.length;
const listingPages = ({ sandbox }: FaultWorld) =>
  sandbox.listingSite.log.filter(({ path }) => path.startsWith('/mls/')).length;

interface Step {
  readonly fault: string;
  /** Share of the county's requests, or of the listing site's pages, after which it strikes. */
  readonly after: { readonly county: number } | { readonly listings: number };
  strike(): Promise<void>;
}

/** Strikes as the day goes on, and brings back what was killed. */
function disturb(
  world: FaultWorld,
  model: ScriptedModel,
  { rounds }: MixPlan,
  requests: { readonly county: number; readonly listings: number },
) {
  const stop = new AbortController();
  const blows: Blow[] = [];
  let { worker } = world;
  const add = (effect: object, more: object = {}) =>
    tell(world, '/__sandbox/faults', { service: 'county', effect, path: DATA, ...more });
  const county = (fault: string, share: number, effect: object, more: object = {}): Step => {
    return { fault, after: { county: share }, strike: () => add(effect, more) };
  };
  const steps = (round: number): readonly Step[] => [
    {
      fault: JUNKS,
      after: { county: 0 },
      strike: async () => model.script(...JUNK, WORDS),
    },
    county('429 without a time', 0.06, { kind: 'status', status: 429 }, { times: 1 }),
    county('5xx', 0.12, { kind: 'status', status: 503 }, { times: 3 }),
    county('cut body', 0.2, { kind: 'cut-body' }, { times: 3 }),
    county('HTML for JSON', 0.16, { kind: 'html' }, { times: 2 }),
    county('refused token', 0.28, { kind: 'refused-token', token: world.sandbox.county.token }, { times: 4 }),
    county('429 with Retry-After', 0.36, { kind: 'status', status: 429, retryAfterSeconds: 1 }, { times: 3 }),
    county('slow', 0.44, { kind: 'slow', delayMs: 2_000 }, { times: 3 }),
    {
      fault: 'worker killed',
      after: { county: 0.54 },
      strike: async () => {
        worker.kill('SIGKILL');
        await once(worker, 'exit');
        worker = await world.startWorker();
      },
    },
    {
      fault: 'database killed',
      after: { county: 0.66 },
      strike: async () => {
        await world.database.kill();
        await world.database.restart();
      },
    },
    {
      fault: 'Temporal server killed',
      after: { county: 0.78 },
      strike: async () => {
        await world.temporal.kill();
        await world.temporal.restart();
      },
    },
    county('no answer', 0.88, { kind: 'hang' }, { times: 1 }),
    { fault: 'dead proxy', after: { listings: 0.2 }, strike: () => killProxies(world, round) },
    {
      fault: 'browser killed',
      after: { listings: 0.5 },
      strike: async () => {
        while (!stop.signal.aborted && !killBrowser(worker.pid ?? 0)) await sleep(50);
      },
    },
  ];
  const ripe = ({ after }: Step, round: number): boolean =>
    'county' in after
      ? countyRequests(world) >= (requests.county * (round + after.county)) / rounds
      : listingPages(world) >= (requests.listings * (round + after.listings)) / rounds;
  const watch = async () => {
    for (let round = 0; round < rounds; round += 1) {
      let left = [...steps(round)];
      while (left.length > 0 && !stop.signal.aborted) {
        const due = left.filter((step) => ripe(step, round));
        for (const { fault, strike } of due) {
          blows.push({ fault, atMs: Date.now() });
          await strike();
        }
        left = left.filter((step) => !due.includes(step));
        await sleep(20);
      }
    }
  };
  const watching = watch();
  return {
    /** Waits until the workflow has ended, however often its server is killed meanwhile. */
    async until(workflowId: string): Promise<void> {
      for (;;) {
        try {
          const client = await world.client();
          await client.workflow.getHandle(workflowId).result();
          return;
        } catch (problem) {
          if (problem instanceof Error && problem.name === 'WorkflowFailedError') throw problem;
          await sleep(500);
        }
      }
    },
    async end(): Promise<readonly Blow[]> {
      stop.abort();
      await watching;
      // Junk strikes when the model is asked.
      const askedAfter = (ms: number) => model.askedAtMs.find((asked) => asked >= ms) ?? ms;
      return blows.map((blow) => ({ ...blow, atMs: blow.fault === JUNKS ? askedAfter(blow.atMs) : blow.atMs }));
    },
  };
}

async function killProxies(world: FaultWorld, round: number): Promise<void> {
  for (const id of [`d-${2 * round + 1}`, `d-${2 * round + 2}`])
    await tell(world, '/__sandbox/proxies', { id, kind: 'dead' });
}

/** A command for the control service of the sandbox. */
async function tell({ sandbox }: FaultWorld, path: string, body: object): Promise<void> {
  const answer = await fetch(`${sandbox.control}${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the sandbox said ${answer.status}: ${await answer.text()}`);
}

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../core/config.js';
import { projectRoot } from '../../core/paths.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { RunSummary } from '../../core/schemas/run.js';
import { type LimitProof, proveLimit } from '../../domain/limit-proof.js';
import { spacingMs } from '../../net/pace.js';
import { readFaultPlan } from '../../sandbox/fault-rule.js';
import { maxInWindow, type ServiceName } from '../../sandbox/request-log.js';
import { sourceTargets } from '../../sources/index.js';
import { captchaFigures } from '../../store/captcha/figures.js';
import { decide } from '../../store/decisions.js';
import type { RawPropertyDocument, RunDocument } from '../../store/documents.js';
import { requestsByHost } from '../../store/fetches.js';
import { killBrowser } from './browser.js';
import { startTestWorld, type TestWorld } from './world.js';

/** An hour of collection, run faster: every pace of the sources is divided by `scale`. */
export interface HourPlan {
  readonly scale: number;
  readonly listings: number;
  readonly parcelsPerZip: number;
  /** Times the browser is killed, spread over the pages of the listing site. */
  readonly kills: number;
  /** Proxies that die, one by one, spread likewise. There are twelve, and ten in use. */
  readonly deaths: number;
}

/** What happened to the services, and what the system made of it. */
export interface HourFigures {
  readonly seconds: number;
  readonly status: RunSummary['status'];
  readonly missing: readonly string[];
  /** Things of the world, things stored, things stored more than once, pages of details without a detail. */
  readonly listings: Collected;
  readonly parcels: Collected;
  /** Faults that struck, by service and kind. */
  readonly struck: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly deaths: number;
  readonly captchasSolved: number;
  readonly hosts: Readonly<Record<'county' | 'listing-site', HostFigures>>;
  /** Pages that came from the listing site by no proxy. */
  readonly direct: number;
}

export interface Collected {
  readonly inWorld: number;
  readonly stored: number;
  readonly doubled: number;
  readonly withoutDetail: number;
}

export interface HostFigures extends LimitProof {
  readonly allowed: number;
  /** Most requests in any window of the ceiling's length, as the service itself counted them. */
  readonly mostSeen: number;
}

const RUN_DATE = '2026-03-02';
const COUNTY = 'maricopa-assessor';
const LISTINGS = 'phoenix-mls';

/** Runs one day of the county and the listing site under faults, with one worker. @param chromium path of the browser */
export async function runHour(plan: HourPlan, chromium: string): Promise<HourFigures> {
  const variables = {
    CHROMIUM_PATH: chromium,
    MARICOPA_WINDOW_LIMIT: '60',
    MARICOPA_WINDOW_MS: String(60_000 / plan.scale),
    MARICOPA_IN_FLIGHT: '2',
    MARICOPA_REQUEST_BUDGET: '1000000',
    PHOENIX_MLS_PACE_MS: String(3_000 / plan.scale),
    CAPTCHA_POLL_MS: String(5_000 / plan.scale),
    CAPTCHA_DAY_CAP_USD: '100',
    CAPTCHA_MONTH_CAP_USD: '100',
    PROXY_SOURCES: LISTINGS,
  };
  const { parcelsPerZip, listings } = plan;
  const faultPlan = readFaultPlan(join(projectRoot(), 'sandbox', 'fault-plans', 'hour.json'));
  const world = await startTestWorld({ parcelsPerZip, listings, faultPlan, variables });
  try {
    await permit(world);
    const worker = await world.startWorker();
    const startedAtMs = performance.now();
    const day = await world.startDay(RUN_DATE, { sources: [COUNTY, LISTINGS] });
    const trouble = makeTrouble(world, plan, worker.pid ?? 0);
    const { runKey } = await day.result();
    const { kills, deaths } = await trouble.end();
    const seconds = (performance.now() - startedAtMs) / 1_000;
    return { seconds, kills, deaths, ...(await figuresOf(world, runKey, variables)) };
  } finally {
    await world.stop();
  }
}

async function permit({ db }: TestWorld): Promise<void> {
  for (const kind of ['proxies', 'captcha'] as const)
    await decide(db, { kind, subject: LISTINGS, granted: true, reference: 'test', by: 'test' });
}

/** Kills browsers and proxies as the pages go by. */
function makeTrouble(world: TestWorld, { listings, kills, deaths }: HourPlan, worker: number) {
  const stop = new AbortController();
  const done = { kills: 0, deaths: 0 };
  const pages = () => world.sandbox.listingSite.log.filter(({ path }) => path.startsWith('/mls/')).length;
  /** Page after which the n-th of so many troubles comes; the last comes well before the end. */
  const due = (n: number, of: number) => ((n + 1) * listings * 0.9) / (of + 1);
  const watch = async () => {
    while (!stop.signal.aborted) {
      const now = pages();
      if (done.kills < kills && now >= due(done.kills, kills) && killBrowser(worker)) done.kills += 1;
      if (done.deaths < deaths && now >= due(done.deaths, deaths)) {
        await world.sandbox.webshare.proxies[done.deaths]?.behave({ kind: 'dead' });
        done.deaths += 1;
      }
      await sleep(50, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    async end() {
      stop.abort();
      await watching;
      return done;
    },
  };
}

async function figuresOf(
  world: TestWorld,
  runKey: string,
  variables: Readonly<Record<string, string>>,
): Promise<Omit<HourFigures, 'seconds' | 'kills' | 'deaths'>> {
  const { db, sandbox } = world;
  const summary = (await db.collection<RunDocument>('runs').findOne({ _id: runKey }))?.summary;
  if (!summary) throw new Error(`run ${runKey} has no summary`);
  const [captchas] = await captchaFigures(db, null);
  const parcels = sandbox.world.zips.flatMap((zip) => sandbox.world.parcelsOf(zip)).map(({ facts }) => facts.apn);
  return {
    status: summary.status,
    missing: summary.missing,
    listings: await collected(
      world,
      LISTINGS,
      sandbox.world.listings.map(({ listingId }) => listingId),
      'listing-page',
    ),
    parcels: await collected(world, COUNTY, parcels, 'parcel'),
    struck: struckBy(world),
    captchasSolved: captchas?.states.accepted ?? 0,
    hosts: {
      county: await hostFigures(world, variables, COUNTY, 'county'),
      'listing-site': await hostFigures(world, variables, LISTINGS, 'listing-site'),
    },
    direct: await db
      .collection('fetches')
      .countDocuments({ source: LISTINGS, status: { $ne: null }, proxy: { $exists: false } }),
  };
}

async function collected(
  { db }: TestWorld,
  source: SourceName,
  keys: readonly string[],
  kind: string,
): Promise<Collected> {
  const rows = await db.collection<RawPropertyDocument>('raw_properties').find({ source }).toArray();
  const known = new Set(keys);
  const right = rows.filter(({ key }) => known.has(key));
  return {
    inWorld: known.size,
    stored: new Set(right.map(({ key }) => key)).size,
    doubled: rows.length - new Set(rows.map(({ key }) => key)).size + (rows.length - right.length),
    withoutDetail: right.filter(({ kinds }) => kinds[kind] === undefined).length,
  };
}

function struckBy({ sandbox }: TestWorld): Readonly<Record<string, number>> {
  const struck: Record<string, number> = {};
  for (const { service, fault, status } of sandbox.log.entries()) {
    if (fault === null || service === 'proxy') continue;
    const name = `${service} ${fault === 'status' ? status : fault}`;
    struck[name] = (struck[name] ?? 0) + 1;
  }
  return struck;
}

async function hostFigures(
  { db, sandbox }: TestWorld,
  variables: Readonly<Record<string, string>>,
  source: SourceName,
  service: ServiceName,
): Promise<HostFigures> {
  const { limit } = sourceTargets(loadConfig({ env: { ...sandbox.variables, ...variables } }))[source];
  const [host] = await requestsByHost(db, { sources: [source], since: null });
  if (host === undefined) throw new Error(`${source} was never asked`);
  const pages = sandbox.log
    .entries({ service })
    .filter(({ path }) => service !== 'listing-site' || path.startsWith('/mls/'));
  return {
    ...proveLimit(host.times, limit, spacingMs(limit)),
    allowed: limit.windowLimit,
    mostSeen: maxInWindow(pages, limit.windowMs),
  };
}

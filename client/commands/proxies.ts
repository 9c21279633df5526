import type { Db } from 'mongodb';
import { BadConfig } from '../../core/errors.js';
import { productName } from '../../core/paths.js';
import { SOURCE_NAMES, type SourceName } from '../../core/schemas/names.js';
import { checkProxies } from '../../net/proxies/check.js';
import { createWebshare } from '../../net/proxies/webshare.js';
import { permissionHeld } from '../../store/decisions.js';
import { frozenError } from '../../store/emergency.js';
import { createProxyLedger, HEALTHY_SCORE, type ProxyDocument } from '../../store/proxies.js';
import { endVisitorsThrough } from '../../store/sessions.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';

/** Exit code of a check that found a problem. */
const FOUND = 3;
/** How long a proxy rests that a person sets aside. */
const ASIDE_MS = 3_600_000;

/** How the proxies have done. Asks nobody but the database. */
export async function listProxies(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const { permitted, proxies } = await withDatabase(config, async (db) => ({
    permitted: await permittedSources(db),
    proxies: await createProxyLedger(db).all(),
  }));
  const service = { host: new URL(config.webshareBaseUrl).host, hasKey: config.webshareApiKey !== null };
  const rows = withStates(proxies, config.proxyPoolSize).map(rowOf);
  const totals = totalsOf(rows);
  context.out.document({ schemaVersion: 1, service, sources: config.proxySources, permitted, totals, proxies: rows });
  context.out.data(`${service.host}: ${service.hasKey ? 'key set' : 'no key (WEBSHARE_API_KEY)'}`);
  context.out.data(`sources through proxies: ${config.proxySources.join(', ') || 'none (PROXY_SOURCES)'}`);
  context.out.data(`permitted for: ${permitted.join(', ') || 'no source'}`);
  if (rows.length === 0) context.out.note('no list of proxies was read yet; phx proxies check reads it');
  else context.out.data(`${totalsInWords(totals)}\n${columnsOf([HEAD, ...rows.map(shown)])}`);
  return 0;
}

/**
 * Reads the list and tries every proxy on it.
 * @returns 0 when all did well, 3 otherwise
 * @throws CliError (Refused) where no source may go through proxies, BadConfig without a key; Frozen, NoProxyLeft, ProxyFailed
 */
export async function checkAll(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const { webshareApiKey: apiKey } = config;
  if (apiKey === null) throw new BadConfig(['WEBSHARE_API_KEY is missing']);
  const userAgent = productName(config.contact);
  const { webshareBaseUrl: baseUrl, proxyCountries: countries, proxyCheckUrl: checkUrl } = config;
  const found = await withDatabase(config, async (db) => {
    await assertPermitted(db);
    const frozen = await frozenError(db);
    if (frozen !== null) throw frozen;
    const service = createWebshare({ baseUrl, apiKey, userAgent, countries });
    return checkProxies({ service, ledger: createProxyLedger(db), checkUrl, userAgent }, context.signal);
  });
  const { checked, rejected } = found;
  context.out.document({ schemaVersion: 1, proxies: checked, rejected });
  const shownRows = checked.map(({ id, ok, connectMs, seenAs, problem }) => [
    id,
    ok ? 'works' : 'fails',
    inMs(connectMs),
    seenAs ?? '-',
    problem ?? '',
  ]);
  context.out.data(columnsOf([['PROXY', 'STATE', 'CONNECT', 'SEEN AS', ''], ...shownRows]));
  for (const reason of rejected) context.out.note(`not used: ${reason}`);
  return checked.length > 0 && checked.every(({ ok }) => ok) ? 0 : FOUND;
}

/** Ends visitors; workers see it before their next page. @throws CliError (NotFound) for an id that is not in the list */
export async function rotate(context: CliContext, proxy: string | null): Promise<number> {
  const { config } = await readSetting(context);
  const ended = await withDatabase(config, async (db) => {
    if (proxy !== null && !(await createProxyLedger(db).rest(proxy, ASIDE_MS)))
      throw new CliError('NotFound', `there is no proxy ${proxy}`, 'phx proxies list shows what there is');
    return endVisitorsThrough(db, proxy);
  });
  const aside = proxy === null ? '' : `; ${proxy} rests for an hour, phx proxies check ends that`;
  context.out.data(`${ended} visitor${ended === 1 ? '' : 's'} ended${aside}`);
  context.out.document({ schemaVersion: 1, proxy, visitorsEnded: ended });
  return 0;
}

async function permittedSources(db: Db): Promise<readonly SourceName[]> {
  const held = await Promise.all(SOURCE_NAMES.map((name) => permissionHeld(db, name, 'proxies')));
  return SOURCE_NAMES.filter((_name, at) => held[at]);
}

async function assertPermitted(db: Db): Promise<void> {
  if ((await permittedSources(db)).length > 0) return;
  throw new CliError(
    'Refused',
    'no source has a recorded permission for proxies, so neither they nor their service are asked',
    'phx sources permit SOURCE --for proxies --reference … --by … records one',
  );
}

type Known = ProxyDocument & { readonly restMs: number };
type State = 'in use' | 'backup' | 'sick' | 'resting' | 'gone';

/** The first of the list that are awake are in use; one below the score is taken only when no other is awake. */
function withStates(proxies: readonly Known[], poolSize: number): readonly (Known & { readonly state: State })[] {
  let awake = 0;
  return proxies.map((proxy) => {
    if (!proxy.listed) return { ...proxy, state: 'gone' };
    if (proxy.restMs > 0) return { ...proxy, state: 'resting' };
    awake += 1;
    if (awake > poolSize) return { ...proxy, state: 'backup' };
    return { ...proxy, state: proxy.score < HEALTHY_SCORE ? 'sick' : 'in use' };
  });
}

function rowOf({
  _id: id,
  pickedAtMs,
  listedAt,
  lastFaultAt,
  inARow,
  notBeforeMs,
  rank,
  ...row
}: Known & { state: State }) {
  return {
    id,
    ...row,
    score: Math.round(row.score),
    connectMs: row.connectMs === null ? null : Math.round(row.connectMs),
    lastUsedAt: pickedAtMs === 0 ? null : new Date(pickedAtMs).toISOString(),
    lastFaultAt: lastFaultAt?.toISOString() ?? null,
  };
}
type Row = ReturnType<typeof rowOf>;

function totalsOf(rows: readonly Row[]) {
  const listed = rows.filter((row) => row.listed);
  const healthy = listed.filter(({ state }) => state === 'in use' || state === 'backup').length;
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const asked = sum(({ successes, failures }) => successes + failures);
  const times = listed.flatMap(({ connectMs }) => (connectMs === null ? [] : [connectMs]));
  return {
    listed: listed.length,
    healthy,
    /** 0 to 1; null before the first request. */
    successRate: asked === 0 ? null : sum(({ successes }) => successes) / asked,
    connectMs: times.length === 0 ? null : Math.round(times.reduce((total, one) => total + one, 0) / times.length),
  };
}

function totalsInWords({ listed, healthy, successRate, connectMs }: ReturnType<typeof totalsOf>): string {
  const rate = successRate === null ? 'nothing asked yet' : `${(successRate * 100).toFixed(1)} % of requests carried`;
  return `${healthy} of ${listed} proxies healthy, ${rate}, ${inMs(connectMs)} to connect`;
}

const HEAD = ['PROXY', 'STATE', 'COUNTRY', 'SCORE', 'CARRIED', 'FAILED', 'CONNECT', 'LAST FAULT'];

function shown({ id, state, restMs, country, score, successes, failures, connectMs, lastFault }: Row): string[] {
  const rests = state === 'resting' ? `resting ${Math.ceil(restMs / 1_000)} s` : state;
  return [
    id,
    rests,
    country ?? '-',
    String(score),
    String(successes),
    String(failures),
    inMs(connectMs),
    lastFault ?? '-',
  ];
}

const inMs = (milliseconds: number | null) => (milliseconds === null ? '-' : `${milliseconds} ms`);

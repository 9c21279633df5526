import type { Config } from '../../core/config.js';
import { SOURCE_NAMES } from '../../core/schemas/names.js';
import { type LimitProof, proveLimit } from '../../domain/limit-proof.js';
import type { HostLimit } from '../../net/limiter.js';
import { spacingMs } from '../../net/pace.js';
import { sourceTargets } from '../../sources/index.js';
import { type HostRequests, requestsByHost } from '../../store/fetches.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { Faults, readSources, theMarket } from '../run-request.js';
import { readSince } from '../source-request.js';

export interface AuditFlags {
  readonly source?: readonly string[];
  readonly since?: string;
}

/** Exit code of a check that found a problem. */
const FOUND = 3;

/** Proves the limits of each host from `fetches`. @returns 3 when one was passed */
export async function auditSources(context: CliContext, flags: AuditFlags): Promise<number> {
  const faults = new Faults();
  const [, market] = theMarket();
  const sources = readSources(flags.source, faults) ?? SOURCE_NAMES;
  const since = readSince(flags.since, market, faults);
  faults.throwAny();
  const { config } = await readSetting(context);
  const hosts = await withDatabase(config, (db) => requestsByHost(db, { sources, since }));
  const rows = hosts.map((host) => proofOf(config, host));
  const violations = rows.reduce((sum, row) => sum + row.violations + row.inFlightViolations + row.pauseViolations, 0);
  context.out.document({ schemaVersion: 1, since: since?.toISOString() ?? null, violations, hosts: rows });
  if (rows.length === 0) context.out.note('no request is on record');
  else context.out.data(columnsOf([HEAD, ...rows.map(shown)]));
  for (const row of rows)
    if (row.unfinished > 0) context.out.note(`${row.host}: ${row.unfinished} requests have no end: their worker died`);
  return violations === 0 ? 0 : FOUND;
}

const HEAD = [
  'HOST',
  'SOURCES',
  'REQUESTS',
  'WINDOWS',
  'MOST',
  'LIMIT',
  'AT ONE TIME',
  'PAUSES',
  'VIOLATIONS',
  'RATE USED',
];

type Row = LimitProof & ReturnType<typeof ceilingOf> & Pick<HostRequests, 'host' | 'sources'>;

function proofOf(config: Config, { host, sources, times }: HostRequests): Row {
  const ceiling = ceilingOf(config, sources);
  return { host, sources, ...ceiling, ...proveLimit(times, ceiling.limit, spacingMs(ceiling.limit)) };
}

/** Sources on one host share its ceiling: the strictest of theirs. */
function ceilingOf(config: Config, sources: HostRequests['sources']): { readonly limit: HostLimit } {
  const targets = sourceTargets(config);
  const [strictest] = sources.map((name) => targets[name].limit).sort((a, b) => spacingMs(b) - spacingMs(a));
  if (!strictest) throw new Error('a host without a source is in no row');
  return { limit: strictest };
}

function shown(row: Row): readonly string[] {
  const { host, sources, requests, windows, most, limit, mostInFlight, pauses, violations, utilisation } = row;
  return [
    host,
    sources.join(','),
    String(requests),
    String(windows),
    String(most),
    `${limit.windowLimit} in ${limit.windowMs / 1_000} s`,
    `${mostInFlight} of ${limit.inFlight}`,
    String(pauses),
    String(violations + row.inFlightViolations + row.pauseViolations),
    utilisation === null ? '-' : `${(utilisation * 100).toFixed(1)} %`,
  ];
}

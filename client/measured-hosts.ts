import type { Db } from 'mongodb';
import type { Config } from '../core/config.js';
import { SOURCE_NAMES } from '../core/schemas/names.js';
import { proveLimit } from '../domain/limit-proof.js';
import type { MeasuredHost } from '../domain/optimize/network.js';
import { spacingMs } from '../net/pace.js';
import { sourceTargets } from '../sources/index.js';
import { requestsByHost } from '../store/fetches.js';

interface EndpointGroup {
  readonly host: string;
  readonly endpoint: string;
  readonly durationMs?: number;
  readonly error?: string | null;
}

/** Requests of each host since a time, with its ceiling. */
export async function measuredHosts(db: Db, config: Config, since: Date): Promise<readonly MeasuredHost[]> {
  const targets = sourceTargets(config);
  const hosts = await requestsByHost(db, { sources: SOURCE_NAMES, since });
  const ended = await db
    .collection<EndpointGroup>('fetches')
    .find(
      { grantedAt: { $gte: since }, durationMs: { $exists: true } },
      { projection: { _id: 0, host: 1, endpoint: 1, durationMs: 1, error: 1 } },
    )
    .toArray();
  return hosts.flatMap(({ host, sources, times }) => {
    const [limit] = sources.map((name) => targets[name].limit).sort((a, b) => spacingMs(b) - spacingMs(a));
    if (limit === undefined) return [];
    const spacing = spacingMs(limit);
    const { windowLimit, windowMs, inFlight } = limit;
    const { utilisation } = proveLimit(times, limit, spacing);
    const own = ended.filter((row) => row.host === host);
    return [
      { host, sources, windowLimit, windowMs, inFlight, spacingMs: spacing, utilisation, endpoints: endpointsOf(own) },
    ];
  });
}

function endpointsOf(rows: readonly EndpointGroup[]): MeasuredHost['endpoints'] {
  const names = [...new Set(rows.map(({ endpoint }) => endpoint))].sort();
  return names.map((endpoint) => {
    const own = rows.filter((row) => row.endpoint === endpoint);
    const errors = new Map<string, number>();
    for (const { error } of own) if (error) errors.set(error, (errors.get(error) ?? 0) + 1);
    return {
      endpoint,
      durationsMs: own.map(({ durationMs }) => durationMs ?? 0),
      errors: Object.fromEntries(errors),
    };
  });
}

import type { Db } from 'mongodb';
import type { Config } from '../core/config.js';
import { sourceTaskQueue } from '../core/ids.js';
import type { Market } from '../core/product-settings.js';
import type { SourceName } from '../core/schemas/names.js';
import type { AlternativePlan, SourcePlan } from '../core/schemas/sequence.js';
import type { Source } from '../core/source.js';
import { proxyRefusal } from '../net/proxies/permission.js';
import type { SourceRegistry } from '../sources/index.js';
import { suspensionReason } from '../store/cost/controls.js';
import { pauseReason, permissionHeld } from '../store/decisions.js';

/** How a run uses each source, and why one is left out. */
export async function planSources(
  config: Config,
  db: Db,
  registry: SourceRegistry,
  names: readonly SourceName[],
): Promise<readonly SourcePlan[]> {
  return Promise.all(
    names.map(async (name) => {
      const source = registry.get(name);
      const { lanes, detailsBelongToComplete, startDelayMs } = source.traits;
      const taskQueue = sourceTaskQueue(name, source.via);
      const skipReason = await reasonToSkip(config, db, source);
      const plan = { source: name, taskQueue, lanes, detailsBelongToComplete, startDelayMs, skipReason };
      return source.repair ? { ...plan, repairs: true } : plan;
    }),
  );
}

/** What may stand in for the sources of a market, as its settings say, and how each would be asked. */
export async function planAlternatives(
  config: Config,
  db: Db,
  registry: SourceRegistry,
  { sources, alternatives = {} }: Pick<Market, 'sources' | 'alternatives'>,
): Promise<readonly AlternativePlan[]> {
  const pairs = sources.flatMap((of) => (alternatives[of] === undefined ? [] : [{ of, by: alternatives[of] }]));
  const beside = [...new Set(pairs.map(({ by }) => by).filter((by) => !sources.includes(by)))];
  const plans = await planSources(config, db, registry, beside);
  return pairs.map((pair) => ({ ...pair, plan: plans.find(({ source }) => source === pair.by) ?? null }));
}

async function reasonToSkip(config: Config, db: Db, source: Source): Promise<string | null> {
  const paused = await pauseReason(db, source.name);
  if (paused !== null) return paused;
  const suspended = await suspensionReason(db, source.name, config.proxySources);
  if (suspended !== null) return suspended;
  if (source.via === 'browser' && config.chromiumPath === null)
    return 'there is no browser; phx doctor says how to get one';
  if (source.traits.notConfigured !== null) return source.traits.notConfigured;
  if (source.traits.needsPermission && !(await permissionHeld(db, source.name))) {
    return `no permission for it is recorded (sources/${source.name}/README.md)`;
  }
  return proxyRefusal(source.name, config.proxySources, (name) => permissionHeld(db, name, 'proxies'));
}

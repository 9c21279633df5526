import type { Db } from 'mongodb';
import type { Config } from '../core/config.js';
import { sourceTaskQueue } from '../core/ids.js';
import type { SourceName } from '../core/schemas/names.js';
import type { SourcePlan } from '../core/schemas/sequence.js';
import type { Source } from '../core/source.js';
import { proxyRefusal } from '../net/proxies/permission.js';
import type { SourceRegistry } from '../sources/index.js';
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

async function reasonToSkip(config: Config, db: Db, source: Source): Promise<string | null> {
  const paused = await pauseReason(db, source.name);
  if (paused !== null) return paused;
  if (source.via === 'browser' && config.chromiumPath === null)
    return 'there is no browser; phx doctor says how to get one';
  if (source.traits.notConfigured !== null) return source.traits.notConfigured;
  if (source.traits.needsPermission && !(await permissionHeld(db, source.name))) {
    return `no permission for it is recorded (sources/${source.name}/README.md)`;
  }
  return proxyRefusal(source.name, config.proxySources, (name) => permissionHeld(db, name, 'proxies'));
}

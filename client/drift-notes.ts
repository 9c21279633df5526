import type { Db } from 'mongodb';
import { SOURCE_NAMES, type SourceName } from '../core/schemas/names.js';
import { stopsByDrift } from '../store/artifacts.js';
import { shapeChanges } from '../store/json-shapes.js';
import { waitingRepairs } from '../store/selector-sets.js';

/** How far back changes are named where nobody asked for a time. */
export const RECENT_MS = 14 * 86_400_000;

/** What a person should know about changed answers of each source, a sentence each. */
export async function driftNotes(db: Db): Promise<ReadonlyMap<SourceName, readonly string[]>> {
  const since = new Date(Date.now() - RECENT_MS);
  const [changes, stops, waiting] = await Promise.all([
    shapeChanges(db, { since }),
    stopsByDrift(db, null, since),
    waitingRepairs(db),
  ]);
  return new Map(
    SOURCE_NAMES.map((source) => {
      const changed = changes.filter((change) => change.source === source).length;
      const stopped = stops.filter((stop) => stop.source === source).length;
      const name = waiting.get(source);
      return [
        source,
        [
          ...(stopped > 0 ? [`stopped by drift on ${stopped} answers in 14 days (phx sources drift ${source})`] : []),
          ...(changed > 0 ? [`warning: ${changed} changes of shape in 14 days (phx sources drift ${source})`] : []),
          ...(name === undefined ? [] : [`selectors ${name} wait for you (phx sources repair review ${source})`]),
        ],
      ];
    }),
  );
}

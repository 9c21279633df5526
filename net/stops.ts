import type { Db } from 'mongodb';
import { SchemaDrift } from '../core/errors.js';
import type { Window } from '../core/schemas/collect.js';
import type { AskerName } from '../core/schemas/names.js';

/** A run that has met a changed source: nothing more of the source is asked in it. Kept with the limits of the host. */
export interface Stop {
  /** Source and run. */
  readonly key: string;
  /** As in `SchemaDrift`. */
  readonly path: string;
  readonly problem: string;
}

/** Tells every lane and worker of a run that its source has changed, before they send what they wait to send. The first word stays. */
export type NoteStop = (host: string, window: Window, drift: SchemaDrift) => Promise<void>;

/** Runs that a host remembers. */
const MOST_STOPS = 20;

const keyOf = (source: AskerName, runKey: string) => `${source} ${runKey}`;

export function createNoteStop(db: Db): NoteStop {
  const limits = db.collection<{ readonly _id: string; readonly stops?: readonly Stop[] }>('limits');
  return async (host, { source, runKey }, { path, problem }) => {
    const key = keyOf(source, runKey);
    const stop: Stop = { key, path, problem };
    const stops = { $concatArrays: [{ $ifNull: ['$stops', []] }, [{ $literal: stop }]] };
    await limits.updateOne({ _id: host, 'stops.key': { $ne: key } }, [
      { $set: { stops: { $slice: [stops, -MOST_STOPS] } } },
    ]);
  };
}

/** The error that a request meets whose run has been stopped; null when it may leave. */
export function stopOf(
  stops: readonly Stop[],
  { source, window }: { readonly source: AskerName; readonly window: Window | null },
): SchemaDrift | null {
  const stop = window && stops.find(({ key }) => key === keyOf(source, window.runKey));
  return stop ? new SchemaDrift(source, stop.path, `${stop.problem}; met before in this run`) : null;
}

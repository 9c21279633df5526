import { driftOf } from '../core/drift.js';
import type { SchemaDrift } from '../core/errors.js';
import type { RawPayload } from '../core/raw-payload.js';
import type {
  CollectDetailsResult,
  CollectPageInput,
  CollectPageResult,
  DetailBatch,
  Window,
} from '../core/schemas/collect.js';
import type { ParseResult } from '../core/schemas/facts.js';
import type { Mode, SourceName } from '../core/schemas/names.js';
import type { ProbeResult } from '../core/source.js';
import type { KeepFailedPage } from '../net/failed-page.js';
import type { SourceRegistry } from '../sources/index.js';
import type { Database } from '../store/database.js';
import { detailStep, storeDetail, storePage } from '../store/windows/pages.js';
import { goesOnAt, walkOf } from '../store/windows/walks.js';
import { stepsDone } from '../store/windows/windows.js';
import { keepingPages } from './failed-pages.js';
import { withHeartbeat } from './heartbeat.js';
import { pausingWhenRefused } from './refused-credentials.js';
import { stoppingOthers } from './stopping-others.js';

export interface CollectDeps {
  readonly sources: SourceRegistry;
  readonly database: Database;
  readonly mode: Mode;
  readonly keepFailedPage: KeepFailedPage;
  /** Stops what other lanes of a run are about to ask of a source that has changed. */
  readonly noteDrift: (window: Window, drift: SchemaDrift) => Promise<void>;
}

/** Activities that read any source and keep what it says. Built once per worker. */
export function createCollectActivities({ sources, database, mode, keepFailedPage, noteDrift }: CollectDeps) {
  const working = <R>(window: Window, work: (signal: AbortSignal) => Promise<R>): Promise<R> =>
    withHeartbeat((signal) =>
      stoppingOthers(noteDrift, window, () => pausingWhenRefused(database.db, window.source, () => work(signal))),
    );
  return {
    /**
     * Reads one page (as many records as the source gives at one time) and keeps what it holds. Safe to repeat: records are upserts, outcomes are keyed
     * by window, run and cursor.
     * @throws RateLimited, NetworkError, SourceUnavailable, BrowserCrashed, StoreUnavailable (retried); AuthRejected (the source
     *   is paused), Blocked, SchemaDrift, ResponseInvalid (final)
     */
    async collectPage({ window, cursor }: CollectPageInput): Promise<CollectPageResult> {
      const source = sources.get(window.source);
      return working(window, async (signal) => {
        const walk = source.traits.changes && cursor === null ? await walkOf(database.db, window) : undefined;
        const page = await source.readPage(window, cursor, signal, walk);
        const { keysSoFar, limitReached } = await keepingPages(keepFailedPage, source, window, page.payloads, () =>
          storePage(database, source, mode, window, cursor, page),
        );
        const nextCursor = await goesOnAt(database.db, window, page);
        return { nextCursor, total: page.total, keysSoFar, limitReached };
      });
    },

    /**
     * Reads the details of one batch, one after the other, and keeps each at once; a repeat asks only for those that are
     * not in yet. Errors as `collectPage`.
     */
    async collectDetails({ window, keys }: DetailBatch): Promise<CollectDetailsResult> {
      const source = sources.get(window.source);
      return working(window, async (signal) => {
        const inAlready = await stepsDone(database.db, window, keys.map(detailStep));
        const open = keys.filter((key) => !inAlready.has(detailStep(key)));
        let missing = 0;
        let payloads: readonly RawPayload[] = [];
        const read: ParseResult[] = [];
        for (const key of open) {
          const detail = await source.readDetail(window, key, signal);
          if (detail.status === 'found') payloads = detail.payloads;
          const parsed = await keepingPages(keepFailedPage, source, window, payloads, () =>
            storeDetail(database, source, mode, window, key, detail),
          );
          read.push(parsed);
          if (detail.status === 'missing' || isRefused(parsed)) missing += 1;
        }
        const drift = driftOf(source.name, read);
        await keepingPages(keepFailedPage, source, window, payloads, async () => {
          if (drift) throw drift;
        });
        return { done: keys.length - missing, missing };
      });
    },

    /** One known-good call to a source; says how it stands and never throws for what the service answers. */
    async probeSource({ source }: { readonly source: SourceName }): Promise<ProbeResult> {
      return withHeartbeat((signal) => sources.get(source).probe(signal));
    },
  };
}

/** An answer that was not what was asked for: the detail is not there. */
const isRefused = ({ rejects }: ParseResult) => rejects.some(({ code }) => code !== undefined);

export type CollectActivities = ReturnType<typeof createCollectActivities>;

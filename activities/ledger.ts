import { dayAfter, startOfDay } from '../core/dates.js';
import { marketOf } from '../core/product-settings.js';
import type {
  CloseWindowInput,
  OpenWindowInput,
  OpenWindowResult,
  PlanDetailsInput,
  PlanDetailsResult,
} from '../core/schemas/collect.js';
import type { SourceRegistry } from '../sources/index.js';
import type { Database } from '../store/database.js';
import type { WindowWalk } from '../store/documents.js';
import { planDetails } from '../store/windows/details.js';
import { planWindowWalk } from '../store/windows/walks.js';
import { type ClosedWindow, closeWindow, openWindow } from '../store/windows/windows.js';

export interface LedgerDeps {
  readonly database: Database;
  readonly sources: SourceRegistry;
}

/** Activities over the windows ledger. All are safe to repeat. @throws StoreUnavailable (retried) */
export function createLedgerActivities({ database, sources }: LedgerDeps) {
  return {
    /** Opens a window, or counts it as it was when it is complete already. */
    async openWindow(input: OpenWindowInput): Promise<OpenWindowResult> {
      return { alreadyComplete: await openWindow(database.db, input.window, input.force, await walkFor(input)) };
    },

    /** Ends a window. `complete` is held against the source's TOTAL and what is usual for the ZIP, and may come back as less. */
    async closeWindow({ window, state, reason }: CloseWindowInput): Promise<ClosedWindow> {
      const statuses = sources.get(window.source).traits.changes?.listedStatuses ?? null;
      return closeWindow(database.db, window, state, reason, statuses);
    },

    /** One list of detail work over all windows of a source, within its request budget. */
    async planDetails({ windows, force }: PlanDetailsInput): Promise<PlanDetailsResult> {
      const [first] = windows;
      if (!first) return { batches: [], leftForLater: 0 };
      return planDetails(database.db, sources.get(first.source), windows, force);
    },
  };

  async function walkFor({ window, force, past = false }: OpenWindowInput): Promise<WindowWalk | null> {
    const { changes } = sources.get(window.source).traits;
    if (changes === undefined) return null;
    return planWindowWalk(database.db, changes, window, {
      nowMs: Date.now(),
      force,
      past: past ? spanOf(window.runDate, marketOf(window.market).timeZone) : null,
    });
  }
}

function spanOf(runDate: string, timeZone: string) {
  return { sinceMs: startOfDay(runDate, timeZone), untilMs: startOfDay(dayAfter(runDate), timeZone) };
}

export type LedgerActivities = ReturnType<typeof createLedgerActivities>;

import type {
  CloseWindowInput,
  OpenWindowResult,
  PlanDetailsInput,
  PlanDetailsResult,
  Window,
} from '../core/schemas/collect.js';
import type { SourceRegistry } from '../sources/index.js';
import type { Database } from '../store/database.js';
import { planDetails } from '../store/details.js';
import { type ClosedWindow, closeWindow, openWindow } from '../store/windows.js';

export interface LedgerDeps {
  readonly database: Database;
  readonly sources: SourceRegistry;
}

/** Activities over the windows ledger. All are safe to repeat. @throws StoreUnavailable (retried) */
export function createLedgerActivities({ database, sources }: LedgerDeps) {
  return {
    /** Opens a window, or counts it as it was when it is complete already. */
    async openWindow({
      window,
      force,
    }: {
      readonly window: Window;
      readonly force: boolean;
    }): Promise<OpenWindowResult> {
      return { alreadyComplete: await openWindow(database.db, window, force) };
    },

    /** Ends a window. `complete` is held against the source's TOTAL and what is usual for the ZIP, and may come back as less. */
    async closeWindow({ window, state, reason }: CloseWindowInput): Promise<ClosedWindow> {
      return closeWindow(database.db, window, state, reason);
    },

    /** One list of detail work over all windows of a source, within its request budget. */
    async planDetails({ windows, force }: PlanDetailsInput): Promise<PlanDetailsResult> {
      const [first] = windows;
      if (!first) return { batches: [], leftForLater: 0 };
      return planDetails(database.db, sources.get(first.source), windows, force);
    },
  };
}

export type LedgerActivities = ReturnType<typeof createLedgerActivities>;

import type { Audit, RequestOutcome, SentRequest } from '../../net/audit.js';
import type { Limiter } from '../../net/limiter.js';

/** A limiter that grants at once and notes what it was told. For tests of what goes through it, not of the ceiling. */
export function openLimiter() {
  const told: string[] = [];
  const limiter: Limiter = {
    async acquire(_host, _limit, { signal, prepare }) {
      signal.throwIfAborted();
      await prepare?.();
      return { id: 'open', grantedAtMs: Date.now() };
    },
    async release(_host, _grant, answered) {
      if (answered) told.push('success');
      told.push('release');
    },
    async defer(_host, pauseMs) {
      told.push(`defer ${pauseMs}`);
    },
    async reportFailure() {
      told.push('failure');
    },
  };
  return { limiter, told };
}

/** An audit kept in memory. */
export function memoryAudit() {
  const rows = new Map<string, SentRequest & { readonly outcome: RequestOutcome | null; readonly proxy?: string }>();
  const audit: Audit = {
    async sent(request) {
      rows.set(request.fetchId, { ...request, outcome: null });
    },
    async via(fetchId, proxy) {
      const row = rows.get(fetchId);
      if (row !== undefined) rows.set(fetchId, { ...row, proxy });
    },
    async ended(fetchId, outcome) {
      const row = rows.get(fetchId);
      if (row !== undefined) rows.set(fetchId, { ...row, outcome });
    },
  };
  return { audit, rows };
}

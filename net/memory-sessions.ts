import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  endOf,
  NO_STATE,
  pointsOf,
  type RetireReason,
  type VisitorSession,
  type VisitorSessions,
} from '../core/visitor-session.js';

/** Sessions that end with the process, for a browser without a database. */
export function createMemorySessions(): VisitorSessions {
  let current: (VisitorSession & { readonly errorScore: number; readonly startedAtMs: number }) | null = null;
  const ended = new Map<string, RetireReason>();
  return {
    async open(profile, proxies = null) {
      const kept = current?.proxy ?? null;
      const sameWay = proxies === null ? kept === null : kept !== null && (await proxies.usable(kept));
      if (current === null || !sameWay || !isDeepStrictEqual(current.profile, profile)) {
        if (current !== null && !sameWay) ended.set(current.id, 'proxy');
        const proxy = (await proxies?.choose()) ?? null;
        current = { id: randomUUID(), profile, state: NO_STATE, proxy, errorScore: 0, startedAtMs: Date.now() };
      }
      return current;
    },
    async retire(id, reason) {
      if (current?.id !== id) return;
      ended.set(id, reason);
      current = null;
    },
    async book(id, verdict, state) {
      if (current?.id !== id) return ended.get(id) ?? 'age';
      const errorScore = Math.max(0, current.errorScore + pointsOf(verdict));
      const reason = endOf(verdict, { errorScore, ageMs: Date.now() - current.startedAtMs });
      if (reason !== null) ended.set(id, reason);
      current = reason === null ? { ...current, state, errorScore } : null;
      return reason;
    },
    async keepState(id, state) {
      if (current?.id === id) current = { ...current, state };
    },
  };
}

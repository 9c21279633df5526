import { appendFileSync } from 'node:fs';

/** Services of the sandbox, as named in the log and in fault rules. */
export const SERVICE_NAMES = [
  'county',
  'listing-site',
  'gis',
  'reso',
  'captcha',
  'webshare',
  'proxy',
  'pima',
  'market-files',
  'notices',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** One request as the sandbox saw it: the referee's word on who asked what, and when. */
export interface LoggedRequest {
  readonly service: ServiceName;
  /** Arrival, epoch milliseconds with fractions; never goes backwards. */
  readonly atMs: number;
  readonly method: string;
  /** Decoded path without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Requests of this service that were open when this one arrived, itself included. */
  readonly inFlight: number;
  /** Status sent; 0 when the connection ended before an answer was sent whole. */
  readonly status: number;
  /** When the answer was out or the connection gone, epoch milliseconds. */
  readonly endedAtMs: number;
  /** Kind of fault that was applied, null for none. */
  readonly fault: string | null;
}

export interface RequestLog {
  /** Notes an arrival. The entry is in the log once `end` was called; calling it again changes nothing. */
  begin(request: Pick<LoggedRequest, 'service' | 'method' | 'path' | 'query'>): {
    end(status: number, fault: string | null): void;
  };
  /** Ended requests by arrival; `sinceMs` leaves out what arrived earlier. */
  entries(filter?: { readonly service?: ServiceName; readonly sinceMs?: number }): readonly LoggedRequest[];
  /** Forgets every request, those still open too: they end without an entry. */
  clear(): void;
}

/**
 * Keeps the requests of all services.
 * @param file JSON lines are appended here as requests end; null keeps them in memory alone
 */
export function createRequestLog(file: string | null): RequestLog {
  let kept: LoggedRequest[] = [];
  let clearedTimes = 0;
  const open = new Map<ServiceName, number>();
  const now = (): number => performance.timeOrigin + performance.now();
  return {
    begin({ service, method, path, query }) {
      const inFlight = (open.get(service) ?? 0) + 1;
      open.set(service, inFlight);
      const atMs = now();
      const begunAfter = clearedTimes;
      let ended = false;
      return {
        end(status, fault) {
          if (ended) return;
          ended = true;
          open.set(service, (open.get(service) ?? 1) - 1);
          const entry = { service, atMs, method, path, query, inFlight, status, endedAtMs: now(), fault };
          if (begunAfter === clearedTimes) kept.push(entry);
          if (file !== null) appendFileSync(file, `${JSON.stringify(entry)}\n`);
        },
      };
    },
    entries({ service, sinceMs = 0 } = {}) {
      const wanted = kept.filter((entry) => (service ?? entry.service) === entry.service && entry.atMs >= sinceMs);
      return wanted.sort((a, b) => a.atMs - b.atMs);
    },
    clear() {
      kept = [];
      clearedTimes += 1;
    },
  };
}

/**
 * The most requests that arrived in any window of this length, wherever it begins. Windows are half open: two requests
 * exactly `windowMs` apart are never in one.
 */
export function maxInWindow(log: readonly Pick<LoggedRequest, 'atMs'>[], windowMs: number): number {
  const times = log.map(({ atMs }) => atMs).sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  times.forEach((time, index) => {
    while (time - (times[first] ?? time) >= windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

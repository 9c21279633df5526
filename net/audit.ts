import type { Db } from 'mongodb';
import type { Window } from '../core/schemas/collect.js';
import type { AskerName } from '../core/schemas/names.js';

/** One request, as written before it is sent. */
export interface SentRequest {
  readonly fetchId: string;
  readonly source: AskerName;
  readonly host: string;
  readonly endpoint: string;
  /** Without credentials; sources never put them into addresses. */
  readonly url: string;
  readonly window: Window | null;
  /** Send time the limiter granted, epoch ms of the database's clock. */
  readonly grantedAtMs: number;
}

/** How it ended. */
export interface RequestOutcome {
  /** Null when no answer came. */
  readonly status: number | null;
  readonly bodyBytes: number;
  /** SHA-256 of the bytes as they came; null without a body. */
  readonly bodySha256: string | null;
  readonly durationMs: number;
  /** Error code, null when the answer was usable. */
  readonly error: string | null;
  /** Pause that the host asked for with its answer; null when it asked for none. */
  readonly pauseMs: number | null;
}

/** Row of `fetches`. A row without `status` and `error` is a request whose sender died. */
export interface FetchDocument {
  readonly _id: string;
  readonly source: AskerName;
  readonly host: string;
  readonly endpoint: string;
  readonly url: string;
  readonly runKey: string | null;
  readonly zip: string | null;
  readonly runDate: string | null;
  readonly grantedAt: Date;
  readonly sentAt: Date;
  readonly status?: number | null;
  readonly bodyBytes?: number;
  readonly bodySha256?: string | null;
  readonly durationMs?: number;
  readonly error?: string | null;
  /** Id of the proxy it went through; left out: it went directly. */
  readonly proxy?: string;
  readonly pauseMs?: number | null;
}

/** Record of every request: written before it leaves, so that a killed worker's requests are in it too. */
export interface Audit {
  sent(request: SentRequest): Promise<void>;
  /** Names the proxy, before the request goes through it. */
  via(fetchId: string, proxy: string): Promise<void>;
  ended(fetchId: string, outcome: RequestOutcome): Promise<void>;
}

export function createAudit(db: Db): Audit {
  const fetches = db.collection<FetchDocument>('fetches');
  return {
    async sent({ fetchId, window, grantedAtMs, ...request }) {
      await fetches.insertOne({
        _id: fetchId,
        ...request,
        runKey: window?.runKey ?? null,
        zip: window?.zip ?? null,
        runDate: window?.runDate ?? null,
        grantedAt: new Date(grantedAtMs),
        sentAt: new Date(),
      });
    },
    async via(fetchId, proxy) {
      await fetches.updateOne({ _id: fetchId }, { $set: { proxy } });
    },
    async ended(fetchId, outcome) {
      await fetches.updateOne({ _id: fetchId }, { $set: outcome });
    },
  };
}

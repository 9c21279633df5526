/** Requests that the service allows in each span of time, counted from the first request on. */
export interface ResoQuota {
  readonly requests: number;
  readonly spanMs: number;
}

/** What a quota says to one request. */
export interface QuotaWord {
  /** False: the request is one too many. */
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Counts requests against a quota and says what is left with each answer, in the headers that one provider documents (Trestle,
 * "Quotas and Limits", read 2025-07).
 */
export function createQuotaCount(quota: ResoQuota | undefined): () => QuotaWord {
  let used = 0;
  let untilMs = 0;
  return () => {
    if (quota === undefined) return { allowed: true, headers: {} };
    const nowMs = Date.now();
    if (nowMs >= untilMs) [used, untilMs] = [0, nowMs + quota.spanMs];
    used += 1;
    return {
      allowed: used <= quota.requests,
      headers: {
        'minute-quota-limit': String(quota.requests),
        'minute-quota-available': String(Math.max(0, quota.requests - used)),
        'minute-quota-resettime': new Date(untilMs).toISOString(),
      },
    };
  };
}

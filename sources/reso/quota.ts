import type { IncomingHttpHeaders } from 'node:http';

/** Spans of time that the provider counts requests in (Trestle, "Quotas and Limits", read 2025-07). */
const SPANS = ['hour', 'minute'] as const;

interface Quota {
  /** Requests left; null when the service does not say. */
  readonly left: number | null;
  /** Time until the count begins anew, in milliseconds. */
  readonly resetMs: number;
}

/**
 * Pause that quota headers ask for with a 429: until the hour's reset when nothing is left of the hour, else until the minute's.
 * @returns milliseconds; null when there are no such headers, or they cannot be read
 */
export function quotaPauseMs(headers: IncomingHttpHeaders, nowMs: number): number | null {
  const hour = quotaOf(headers, 'hour', nowMs);
  if (headers['hour-quota-available'] === '0') return hour?.resetMs ?? null;
  return quotaOf(headers, 'minute', nowMs)?.resetMs ?? null;
}

/**
 * Wait before the next request that the quota headers of a good answer stand for: what is left is spread over the time left, so
 * that it is never used up, and with nothing left the reset is waited for. It can only lower the pace.
 * @returns milliseconds, the longest of what the spans say; null when there are no such headers, or they cannot be read
 */
export function quotaEaseMs(headers: IncomingHttpHeaders, nowMs: number): number | null {
  const waits = SPANS.flatMap((span) => {
    const quota = quotaOf(headers, span, nowMs);
    return quota === null || quota.left === null ? [] : [quota.resetMs / (quota.left + 1)];
  });
  return waits.length === 0 ? null : Math.ceil(Math.max(...waits));
}

function quotaOf(headers: IncomingHttpHeaders, span: (typeof SPANS)[number], nowMs: number): Quota | null {
  const [left, reset] = [headers[`${span}-quota-available`], headers[`${span}-quota-resettime`]];
  if (typeof reset !== 'string') return null;
  const resetMs = instantOf(reset.trim(), nowMs) - nowMs;
  if (!Number.isFinite(resetMs) || resetMs <= 0) return null;
  return { left: typeof left === 'string' && /^\d{1,9}$/.test(left.trim()) ? Number(left) : null, resetMs };
}

/** Seen as an ISO instant; epoch seconds or milliseconds, and seconds from now, are assumed. */
function instantOf(text: string, nowMs: number): number {
  if (!/^\d{1,15}$/.test(text)) return Date.parse(text);
  const number = Number(text);
  if (number > 1e12) return number;
  return number > 1e9 ? number * 1_000 : nowMs + number * 1_000;
}

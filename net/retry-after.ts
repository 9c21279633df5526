/** Longest pause a server can ask for; a longer one is asked again then. */
export const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * `Retry-After` in milliseconds (RFC 9110, 10.2.3: seconds or a date; fractions of seconds and ISO dates are seen as well). At most an hour.
 * @param date the answer's own `Date`: a date is counted by the clock that gave it, as ours may be another
 * @returns null when absent or unreadable: a pause of nothing would be worse than one that is not named
 */
export function retryAfterMs(header: string | null, nowMs: number, date?: string): number | null {
  const text = header?.trim() ?? '';
  const pauseMs = /^\d+(\.\d+)?$/.test(text)
    ? Math.ceil(Number(text) * 1_000)
    : instantOf(text) - (instantOf(date ?? '') || nowMs);
  if (!Number.isFinite(pauseMs)) return null;
  return Math.min(Math.max(pauseMs, 0), LONGEST_RETRY_AFTER_MS);
}

/** A date of HTTP in any of its three forms, all of them GMT (RFC 9110, 5.6.7), or an ISO instant with its zone; NaN for all else. */
function instantOf(text: string): number {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/i.test(text)) return Date.parse(text);
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return Number.NaN;
  return Date.parse(/ (GMT|UTC)$/i.test(text) ? text : `${text} GMT`);
}

const WHOLE = new Intl.NumberFormat('en-US');

/** `1234` as `1,234`. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** `1 page`, `2 pages`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * An instant as a person of the market reads it.
 * @param instant ISO 8601
 * @returns `day` `2025-11-22`, `time` `03:00`, `zone` `MST`; the given text as `time` when it is no instant
 */
export function localTime(instant: string, timeZone: string): { day: string; time: string; zone: string } {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return { day: '', time: instant, zone: '' };
  const options = { timeZone, hourCycle: 'h23', timeZoneName: 'short' } as const;
  const parts = new Intl.DateTimeFormat('en-US', {
    ...options,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return {
    day: `${of('year')}-${of('month')}-${of('day')}`,
    time: `${of('hour')}:${of('minute')}`,
    zone: of('timeZoneName'),
  };
}

/**
 * From one instant to another: `2025-11-22 03:00–04:12 MST`; the second day is named when it is another one.
 * @param knownDay day the reader knows already; not repeated
 */
export function localSpan(startedAt: string, endedAt: string, timeZone: string, knownDay = ''): string {
  const start = localTime(startedAt, timeZone);
  const end = localTime(endedAt, timeZone);
  const from = start.day === knownDay ? start.time : `${start.day} ${start.time}`;
  const until = start.day === end.day ? end.time : `${end.day} ${end.time}`;
  return `${from}–${until} ${end.zone}`.trim();
}

/** Milliseconds as `840 ms`, `12 s`, `4 min 12 s` or `1 h 05 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Milliseconds between two instants; 0 when one of them cannot be read or the second is earlier. */
export function millisecondsBetween(startedAt: string, endedAt: string): number {
  const difference = new Date(endedAt).getTime() - new Date(startedAt).getTime();
  return Number.isFinite(difference) ? Math.max(0, difference) : 0;
}

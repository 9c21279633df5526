import { instantOf, runDateOf } from '../../core/dates.js';
import type { AlertChannels, Channel, Severity } from '../../core/schemas/alerts.js';

const DAY_MS = 86_400_000;
/** Where nobody is woken: records, not calls. */
const SILENT: readonly Channel[] = ['dashboard', 'github', 'digest'];

/**
 * When a notice may be sent: now, or at the end of the quiet hours for what can wait. Epoch milliseconds.
 * @param timeZone in which the hours are meant
 */
export function sendableAt(
  { quietHours }: Pick<AlertChannels, 'quietHours'>,
  { severity, channel }: { readonly severity: Severity; readonly channel: Channel },
  nowMs: number,
  timeZone: string,
): number {
  if (SILENT.includes(channel) || !quietHours.severities.includes(severity)) return nowMs;
  const [from, to] = [minuteOf(quietHours.from), minuteOf(quietHours.to)];
  if (from === to) return nowMs;
  // Hours over midnight began yesterday or today; others today.
  for (const backDays of [1, 0]) {
    const day = runDateOf(nowMs - backDays * DAY_MS, timeZone);
    const begin = instantOf(day, Math.floor(from / 60), from % 60, timeZone);
    const endDay = to > from ? day : runDateOf(begin + DAY_MS, timeZone);
    const end = instantOf(endDay, Math.floor(to / 60), to % 60, timeZone);
    if (nowMs >= begin && nowMs < end) return end;
  }
  return nowMs;
}

function minuteOf(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return hour * 60 + minute;
}

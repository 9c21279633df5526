/** What a ZIP of a source gave on an earlier day. Only days that ended as `complete` or `suspect` are told. */
export interface EarlierDay {
  /** `YYYY-MM-DD`. */
  readonly runDate: string;
  readonly state: 'complete' | 'suspect';
  /** Keys seen. */
  readonly seen: number;
}

/** Days that say what is usual; more are not looked at. */
const MOST_DAYS = 8;
/** With fewer complete days a median says little. */
const ENOUGH_DAYS = 3;
/** So many nights in a row with the same unusual figure are the new usual. */
const NIGHTS_TO_BELIEVE = 3;
/** Figures that lie closer than this share are the same. */
const SAME_SHARE = 0.1;

/** A figure may always move by so many keys. */
const LEAST_ROOM = 25;
/** A figure may move by this share of the median, however steady it was. */
const STEADY_SHARE = 0.3;
/** However unsteady a ZIP that has keys is, less than this share of the median is not usual. */
const LEAST_SHARE = 0.1;
/** A normal quantity strays further than this many standard deviations once in 500 million days. */
const DEVIATIONS = 6;
/** Median absolute deviation to standard deviation of a normal quantity (Rousseeuw and Croux, 1993). */
const MAD_TO_DEVIATION = 1.4826;

const WEEKDAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];

/**
 * Whether what a ZIP gave today can be believed, held against its own complete days: those of the same weekday when there
 * are enough of them, else the latest ones; with one or two of them, half to double the latest. What stays outside for
 * three nights in a row with nearly the same figure is believed from the third night on; nothing at all never is.
 * @param earlier days before today, in any order
 * @returns why not, in words; null when it can be
 */
export function unusual(today: Pick<EarlierDay, 'runDate' | 'seen'>, earlier: readonly EarlierDay[]): string | null {
  const days = [...earlier].sort((a, b) => (a.runDate < b.runDate ? 1 : -1));
  const complete = days.filter(({ state }) => state === 'complete');
  const [latest] = complete;
  if (latest === undefined) return null;
  const band = complete.length < ENOUGH_DAYS ? aroundOne(latest) : aroundMany(today.runDate, complete);
  if (today.seen >= band.low && today.seen <= band.high) return null;
  if (settled(today.seen, days)) return null;
  return `${today.seen} keys, and ${band.basis}`;
}

interface Band {
  readonly low: number;
  readonly high: number;
  /** What was usual, in words. */
  readonly basis: string;
}

function aroundOne({ seen, runDate }: EarlierDay): Band {
  return {
    low: Math.min(seen - LEAST_ROOM, seen / 2),
    high: Math.max(seen + LEAST_ROOM, seen * 2),
    basis: `${seen} on ${runDate}`,
  };
}

function aroundMany(runDate: string, complete: readonly EarlierDay[]): Band {
  const weekday = weekdayOf(runDate);
  const alike = complete.filter((day) => weekdayOf(day.runDate) === weekday).slice(0, MOST_DAYS);
  const days = alike.length >= ENOUGH_DAYS ? alike : complete.slice(0, MOST_DAYS);
  const figures = days.map(({ seen }) => seen);
  const middle = median(figures);
  const deviation = MAD_TO_DEVIATION * median(figures.map((figure) => Math.abs(figure - middle)));
  const room = Math.max(LEAST_ROOM, STEADY_SHARE * middle, DEVIATIONS * deviation);
  const least = middle > LEAST_ROOM ? LEAST_SHARE * middle : 0;
  const low = Math.ceil(Math.max(least, middle - room));
  const high = Math.floor(middle + room);
  const which =
    days === alike ? `the last ${days.length} ${WEEKDAYS[weekday]}` : `the last ${days.length} complete days`;
  return { low, high, basis: `${low} to ${high} are usual by ${which}` };
}

/** True when the nights before this one were unusual too and said nearly the same. */
function settled(seen: number, days: readonly EarlierDay[]): boolean {
  const before = days.slice(0, NIGHTS_TO_BELIEVE - 1);
  return (
    seen > 0 &&
    before.length === NIGHTS_TO_BELIEVE - 1 &&
    before.every((day) => day.state === 'suspect' && Math.abs(day.seen - seen) <= SAME_SHARE * seen)
  );
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** 0 is Sunday. */
function weekdayOf(runDate: string): number {
  return new Date(`${runDate}T00:00:00Z`).getUTCDay();
}

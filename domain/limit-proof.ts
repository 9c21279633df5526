/** One request, in epoch milliseconds. */
export interface RequestTimes {
  /** Send time that the limiter granted, by the database's clock. */
  readonly grantedAtMs: number;
  /** When it was sent, by the clock of its worker. */
  readonly sentAtMs: number;
  /** How long it took; null for one whose end was never written: its worker died. */
  readonly durationMs: number | null;
  /** Pause that the host asked for with its answer; null when it asked for none. */
  readonly pauseMs: number | null;
}

/** Ceiling that is proved. */
export interface ProvedLimit {
  readonly windowLimit: number;
  readonly windowMs: number;
  readonly inFlight: number;
}

/** What the requests of one host show. */
export interface LimitProof {
  readonly requests: number;
  /** Windows looked at: one beginning at each request, by each of the two clocks; no other window can hold more. */
  readonly windows: number;
  /** Most requests in any of them. */
  readonly most: number;
  /** Windows with more than the ceiling. */
  readonly violations: number;
  /** Most requests at one time. */
  readonly mostInFlight: number;
  /** Requests that began while the ceiling of requests at one time was reached. */
  readonly inFlightViolations: number;
  /** Pauses that the host asked for. */
  readonly pauses: number;
  /** Requests sent inside one of them. */
  readonly pauseViolations: number;
  /** Requests whose end was never written. */
  readonly unfinished: number;
  /**
   * Share of the allowed rate that was used while there was work: requests times spacing over the time between them.
   * Pauses that the host asked for are left out, and so are gaps longer than ten spacings: no work, a pause of an operator, an
   * open circuit. Null for less than two requests.
   */
  readonly utilisation: number | null;
}

/** A gap longer than so many spacings is not counted as time with work. */
const IDLE_SPACINGS = 10;
/** A pause is asked for by an answer: until all workers know it, as much time passes as the limiter keeps free for lateness. */
const TOLD_WITHIN_MS = 300;

/**
 * Proves a ceiling from the audit of every request. Pure; the order of the requests does not matter.
 * @param spacingMs time between two requests at the allowed rate
 */
export function proveLimit(requests: readonly RequestTimes[], limit: ProvedLimit, spacingMs: number): LimitProof {
  const granted = requests.map(({ grantedAtMs }) => grantedAtMs).sort(ascending);
  const sent = requests.map(({ sentAtMs }) => sentAtMs).sort(ascending);
  const counts = [...windowCounts(granted, limit.windowMs), ...windowCounts(sent, limit.windowMs)];
  const open = openAtStart(requests);
  const pauses = pausesOf(requests);
  return {
    requests: requests.length,
    windows: counts.length,
    most: counts.reduce((most, count) => Math.max(most, count), 0),
    violations: counts.filter((count) => count > limit.windowLimit).length,
    mostInFlight: open.reduce((most, count) => Math.max(most, count), 0),
    inFlightViolations: open.filter((count) => count > limit.inFlight).length,
    pauses: pauses.length,
    pauseViolations: sent.filter((time) => pauses.some(({ from, to }) => time > from + TOLD_WITHIN_MS && time < to))
      .length,
    unfinished: requests.filter(({ durationMs }) => durationMs === null).length,
    utilisation: utilisationOf(granted, pauses, spacingMs),
  };
}

/** For each time, how many lie in the half-open window that begins there. Expects sorted times. */
function windowCounts(times: readonly number[], windowMs: number): readonly number[] {
  let end = 0;
  return times.map((time, at) => {
    while (end < times.length && (times[end] ?? 0) - time < windowMs) end += 1;
    return end - at;
  });
}

/** For each request with an end, how many were open when it began, itself included. */
function openAtStart(requests: readonly RequestTimes[]): readonly number[] {
  const ended = requests.flatMap(({ sentAtMs, durationMs }) =>
    durationMs === null ? [] : [{ from: sentAtMs, to: sentAtMs + durationMs }],
  );
  const starts = ended.map(({ from }) => from).sort(ascending);
  const ends = ended.map(({ to }) => to).sort(ascending);
  let over = 0;
  return starts.map((start, at) => {
    while ((ends[over] ?? Number.POSITIVE_INFINITY) <= start) over += 1;
    return at + 1 - over;
  });
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** From when a pause was asked for until it was over, one after the other. */
function pausesOf(requests: readonly RequestTimes[]): readonly Span[] {
  const all = requests.flatMap(({ sentAtMs, durationMs, pauseMs }): Span[] => {
    const from = sentAtMs + (durationMs ?? 0);
    return pauseMs === null || pauseMs <= 0 ? [] : [{ from, to: from + pauseMs }];
  });
  return all.sort((a, b) => a.from - b.from);
}

/** Time between two requests in which the host had not asked for a pause. */
function freeTime(gap: Span, pauses: readonly Span[]): number {
  let free = gap.to - gap.from;
  let until = gap.from;
  for (const { from, to } of pauses) {
    const begin = Math.max(from, until);
    const end = Math.min(to, gap.to);
    if (end > begin) free -= end - begin;
    until = Math.max(until, end);
  }
  return free;
}

function utilisationOf(granted: readonly number[], pauses: readonly Span[], spacingMs: number): number | null {
  const gaps = granted.slice(1).map((to, at) => {
    const from = granted[at] ?? to;
    const within = pauses.filter((pause) => pause.to > from && pause.from < to);
    return Math.max(freeTime({ from, to }, within), Math.min(spacingMs, to - from));
  });
  const working = gaps.filter((gap) => gap <= spacingMs * IDLE_SPACINGS);
  const time = working.reduce((sum, gap) => sum + gap, 0);
  return time === 0 ? null : (working.length * spacingMs) / time;
}

const ascending = (a: number, b: number) => a - b;

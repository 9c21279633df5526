/** One request, in epoch milliseconds. */
export interface RequestTimes {
  /** Send time that the limiter granted, by the database's clock. */
  readonly grantedAtMs: number;
  /** When it was sent, by the clock of its worker. */
  readonly sentAtMs: number;
  /** How long it took; null for one whose end was never written: its worker died. */
  readonly durationMs: number | null;
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
  /** Requests whose end was never written. */
  readonly unfinished: number;
  /**
   * Share of the allowed rate that was used while there was work: requests times spacing over the time between them.
   * Gaps longer than ten spacings are no work, a pause, or an open circuit, and are left out. Null for less than two requests.
   */
  readonly utilisation: number | null;
}

/** A gap longer than so many spacings is not counted as time with work. */
const IDLE_SPACINGS = 10;

/**
 * Proves a ceiling from the audit of every request. Pure; the order of the requests does not matter.
 * @param spacingMs time between two requests at the allowed rate
 */
export function proveLimit(requests: readonly RequestTimes[], limit: ProvedLimit, spacingMs: number): LimitProof {
  const granted = requests.map(({ grantedAtMs }) => grantedAtMs).sort(ascending);
  const sent = requests.map(({ sentAtMs }) => sentAtMs).sort(ascending);
  const counts = [...windowCounts(granted, limit.windowMs), ...windowCounts(sent, limit.windowMs)];
  const open = openAtStart(requests);
  return {
    requests: requests.length,
    windows: counts.length,
    most: counts.reduce((most, count) => Math.max(most, count), 0),
    violations: counts.filter((count) => count > limit.windowLimit).length,
    mostInFlight: open.reduce((most, count) => Math.max(most, count), 0),
    inFlightViolations: open.filter((count) => count > limit.inFlight).length,
    unfinished: requests.filter(({ durationMs }) => durationMs === null).length,
    utilisation: utilisationOf(granted, spacingMs),
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

function utilisationOf(granted: readonly number[], spacingMs: number): number | null {
  const gaps = granted.slice(1).map((time, at) => time - (granted[at] ?? time));
  const working = gaps.filter((gap) => gap <= spacingMs * IDLE_SPACINGS);
  const time = working.reduce((sum, gap) => sum + gap, 0);
  return time === 0 ? null : (working.length * spacingMs) / time;
}

const ascending = (a: number, b: number) => a - b;

import type { GatheredQuality } from './gather.js';

/** The quality of one day. */
export interface QualityDay {
  /** `YYYY-MM-DD`. */
  readonly runDate: string;
  readonly gathered: GatheredQuality;
}

/** Something that got worse from one day to the next that has figures. */
export interface Degradation {
  readonly runDate: string;
  readonly what: string;
  readonly before: number;
  readonly after: number;
  /** What it most often comes from. */
  readonly likelyCause: string;
  /** Command that looks closer. */
  readonly look: string;
}

/** Shares move this much by themselves from day to day (assumed). */
const NOTICED = 0.02;
/** Of a field that few properties have, one more or less says nothing. */
const FEWEST_EXPECTED = 10;

const SHARES = [
  ['completeness', 'records came without their details: the request budget, or a changed answer', 'phx quality report'],
  ['validity', 'a source began to send, or we to read, values that cannot be', 'phx quality report'],
  [
    'agreement',
    'one of two sources changed a field, or two properties were linked wrongly',
    'phx reviews list --state merged',
  ],
  ['freshness', 'ZIP codes were not walked completely', 'phx windows list'],
] as const;

/** What got worse, day by day, the worst of a day first. Pure. @param days the oldest first */
export function degradationsIn(days: readonly QualityDay[]): readonly Degradation[] {
  return days.flatMap((day, at) => {
    const before = days[at - 1];
    if (before === undefined) return [];
    const found = [...shareFalls(day, before), ...fieldFalls(day, before), ...duplicatesRise(day, before)];
    return found.sort((a, b) => Math.abs(b.before - b.after) - Math.abs(a.before - a.after));
  });
}

function shareFalls({ runDate, gathered }: QualityDay, { gathered: was }: QualityDay): readonly Degradation[] {
  return SHARES.flatMap(([what, likelyCause, look]) => {
    const [before, after] = [was[what], gathered[what]];
    return before === null || after === null || before - after <= NOTICED
      ? []
      : [{ runDate, what, before, after, likelyCause, look }];
  });
}

function fieldFalls({ runDate, gathered }: QualityDay, { gathered: was }: QualityDay): readonly Degradation[] {
  return Object.entries(gathered.fields).flatMap(([name, { known, expected }]) => {
    const earlier = was.fields[name];
    if (earlier === undefined || Math.min(expected, earlier.expected) < FEWEST_EXPECTED) return [];
    const [before, after] = [share(earlier.known, earlier.expected), share(known, expected)];
    if (before - after <= NOTICED) return [];
    const likelyCause = 'its answer has another form, or was not asked for';
    return [{ runDate, what: `${name} known`, before, after, likelyCause, look: `phx quality field ${name}` }];
  });
}

function duplicatesRise({ runDate, gathered }: QualityDay, { gathered: was }: QualityDay): readonly Degradation[] {
  const [before, after] = [was.duplicates, gathered.duplicates];
  if (before === null || after === null || after - before <= NOTICED) return [];
  const likelyCause = 'listings that do not name their parcel were not linked';
  return [{ runDate, what: 'duplicates', before, after, likelyCause, look: 'phx reviews list' }];
}

const share = (part: number, whole: number) => Math.round((part / whole) * 10_000) / 10_000;

import type { BatchControl, BatchMeasure } from '../core/schemas/model.js';

/** Bounds of the rule (spec L2: 10 to 20 to begin with, 5 to 100, 1 to 5 at a time). */
export const BATCH_BOUNDS = { first: 10, unmeasuredMost: 20, fewest: 5, most: 100, lanes: 5 } as const;

/** A batch is to take about so long: what a lost one costs, and how old the figures of a run may be (assumed). */
const AIM_MS = 60_000;
/** Clean batches in a row before a batch may grow, and before another lane is tried. */
const CLEAN_TO_GROW = 2;
const CLEAN_TO_WIDEN = 3;
/** Another lane has to bring so much more a second, else it only makes each property slower (assumed). */
const WIDER_GAIN = 1.15;
/** Batches until a lane that brought nothing is tried again. */
const TRY_AGAIN_AFTER = 20;
/** Fewer questions than this say nothing about speed. */
const FEWEST_ASKED = 3;
/** Weight of the newest batch in the measured speed. */
const NEWEST = 0.5;

/** Before anything was measured. */
export const FIRST_BATCH: BatchControl = {
  size: BATCH_BOUNDS.first,
  lanes: 1,
  msPerProperty: null,
  clean: 0,
  trialMs: null,
  rest: 0,
  why: 'nothing is measured yet',
};

/**
 * The next batch after one that was done. Pure. The rule, first line that holds:
 *
 * 1. Trouble (a time-out, a refusal, memory nearly used up): half the size, one lane, and another lane is not tried for 20 batches.
 * 2. Too few questions to measure by: up to twice the size, since known answers cost next to nothing; at most 20 before anything
 *    was measured.
 * 3. Else the speed is measured (half the newest batch, half what was known), and the size goes to 60 s of work: down at once, up at most to
 *    the double and after two clean batches. At 6 s a property a batch is 10, at 0.6 s it is 100: a small machine stays small.
 * 4. After three clean batches another lane is tried, as far as the machine has room for it (one for two cores). It stays when a property takes
 *    at least 15 % less time, and goes again for 20 batches when not.
 *
 * Size is always 5 to 100, lanes 1 to 5.
 */
export function nextBatch(control: BatchControl, measure: BatchMeasure): BatchControl {
  const trouble = troubleOf(measure);
  if (trouble !== null) {
    const size = sized(control.size / 2);
    return { ...control, size, lanes: 1, clean: 0, trialMs: null, rest: TRY_AGAIN_AFTER, why: trouble };
  }
  const clean = control.clean + 1;
  const rest = Math.max(0, control.rest - 1);
  if (measure.asked < FEWEST_ASKED) return { ...unmeasured(control, measure, clean), rest };
  const newest = measure.milliseconds / measure.asked;
  const msPerProperty = Math.round(
    control.msPerProperty === null ? newest : control.msPerProperty * (1 - NEWEST) + newest * NEWEST,
  );
  const measured = { ...control, clean, rest, msPerProperty };
  const sizedOnce = { ...measured, ...sizeFor(measured, measure) };
  return { ...sizedOnce, ...lanesFor(measured, measure, newest) };
}

function troubleOf({ timeouts, refused, memoryLow }: BatchMeasure): string | null {
  if (timeouts > 0) return `${timeouts} without an answer in time: half the size, one at a time`;
  if (refused > 0) return `${refused} refused: half the size, one at a time`;
  return memoryLow ? 'memory is nearly used up: half the size, one at a time' : null;
}

function unmeasured(control: BatchControl, { claimed }: BatchMeasure, clean: number): BatchControl {
  const full = claimed >= control.size;
  const most = control.msPerProperty === null ? BATCH_BOUNDS.unmeasuredMost : BATCH_BOUNDS.most;
  const size = full ? Math.max(control.size, Math.min(most, sized(control.size * 2))) : control.size;
  return { ...control, clean, size, why: 'too few questions to measure by' };
}

/** Known answers among the claimed cost nothing, so what counts is the time of the whole batch. */
function sizeFor(
  { size, clean, msPerProperty }: BatchControl,
  measure: BatchMeasure,
): Pick<BatchControl, 'size' | 'why'> {
  const share = measure.asked / measure.claimed;
  const wanted = AIM_MS / Math.max(1, (msPerProperty ?? 0) * share);
  const why = `${((msPerProperty ?? 0) / 1_000).toFixed(1)} s a question`;
  if (wanted < size) return { size: sized(wanted), why };
  return { size: clean < CLEAN_TO_GROW ? size : sized(Math.min(wanted, size * 2)), why };
}

function lanesFor(
  { lanes, clean, trialMs, rest, msPerProperty }: BatchControl,
  { lanesAtMost }: BatchMeasure,
  newest: number,
): Partial<BatchControl> {
  const room = Math.min(BATCH_BOUNDS.lanes, Math.max(1, Math.floor(lanesAtMost)));
  if (lanes > room) return { lanes: room, trialMs: null, clean: 0 };
  if (trialMs !== null) {
    if (newest * WIDER_GAIN <= trialMs) return { trialMs: null, clean: 0 };
    return { lanes: lanes - 1, trialMs: null, clean: 0, rest: TRY_AGAIN_AFTER, msPerProperty: Math.round(trialMs) };
  }
  if (lanes < room && clean >= CLEAN_TO_WIDEN && rest === 0)
    return { lanes: lanes + 1, trialMs: msPerProperty, clean: 0 };
  return {};
}

function sized(size: number): number {
  return Math.min(BATCH_BOUNDS.most, Math.max(BATCH_BOUNDS.fewest, Math.round(size)));
}

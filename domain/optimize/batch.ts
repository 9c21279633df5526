import { BATCH_BOUNDS } from '../batch-control.js';
import { median } from '../statistics.js';
import type { BatchStart, Looked } from './proposal.js';

/** A batch of the model as it went. */
export interface MeasuredBatch {
  readonly runKey: string;
  readonly batch: number;
  readonly size: number;
  readonly lanes: number;
  readonly asked: number;
  readonly milliseconds: number;
  /** True where an answer did not come, was refused, or the batch was broken off. */
  readonly troubled: boolean;
}

/** Fewer questions say nothing about speed; fewer batches nothing about a way to cut them. */
export const FEWEST_ASKED = 3;
export const FEWEST_BATCHES = 5;
/** Batches of a run that were cut as it began, before it had measured anything. */
const BEGINNING = 3;
/** A smaller gain is not worth a change (assumed). */
const LEAST_GAIN = 0.1;
/** A way of cutting with more trouble than this is not proposed. */
const MOST_TROUBLE = 0.1;

/** Wall time a property took, all lanes together. */
export const msPerProperty = ({ milliseconds, asked }: MeasuredBatch): number => milliseconds / asked;

/** Whether another beginning would have been faster, by the batches that were measured. Pure. */
export function proposeBatch(batches: readonly MeasuredBatch[], now: BatchStart): Looked {
  const usable = batches.filter(({ asked }) => asked >= FEWEST_ASKED);
  const runs = new Set(usable.map(({ runKey }) => runKey)).size;
  const first = usable.filter(({ batch, troubled }) => batch <= BEGINNING && !troubled).map(msPerProperty);
  const before = median(first);
  const groups = groupsOf(usable);
  const notes = [
    `${batches.length} batches, ${usable.length} of them with ${FEWEST_ASKED} questions or more, in ${runs} runs`,
    ...groups.map(inWords),
  ];
  if (before === null || first.length < FEWEST_BATCHES)
    return {
      proposals: [],
      notes: [...notes, `too few batches at the beginning of runs (${first.length}) to compare with`],
    };
  const [best] = groups
    .filter(({ all, troubled }) => all >= FEWEST_BATCHES && troubled / all <= MOST_TROUBLE)
    .sort((a, b) => a.ms - b.ms);
  if (best === undefined) return { proposals: [], notes: [...notes, 'no way of cutting was measured often enough'] };
  const gain = 1 - best.ms / before;
  if (gain < LEAST_GAIN || (best.size === now.size && best.lanes === now.lanes)) return { proposals: [], notes };
  const value = { size: best.size, lanes: best.lanes };
  return {
    notes,
    proposals: [
      {
        id: `batch-${best.size}-${best.lanes}`,
        area: 'batch',
        what: `begin with batches of ${best.size}, ${best.lanes} at a time, in place of ${now.size}, ${now.lanes} at a time`,
        evidence: [
          inWords(best),
          `the first ${BEGINNING} batches of a run: ${seconds(before)} a property, median of ${first.length} batches in ${runs} runs`,
        ],
        gain: `${Math.round(gain * 100)} % less time a property while a run begins (${seconds(before)} to ${seconds(best.ms)})`,
        command: 'phx optimize batch --apply --by NAME --note WHY',
        setting: { value, msPerProperty: before },
      },
    ],
  };
}

interface Group extends BatchStart {
  readonly all: number;
  readonly troubled: number;
  readonly runs: number;
  /** Median wall time a property. */
  readonly ms: number;
}

function groupsOf(batches: readonly MeasuredBatch[]): readonly Group[] {
  const keys = [...new Set(batches.map(({ size, lanes }) => `${size} ${lanes}`))];
  return keys.map((key) => {
    const own = batches.filter(({ size, lanes }) => `${size} ${lanes}` === key);
    const [size = BATCH_BOUNDS.first, lanes = 1] = key.split(' ').map(Number);
    const good = own.filter(({ troubled }) => !troubled);
    return {
      ...{ size, lanes, all: own.length, troubled: own.length - good.length },
      runs: new Set(own.map(({ runKey }) => runKey)).size,
      ms: median(good.map(msPerProperty)) ?? Number.POSITIVE_INFINITY,
    };
  });
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;

function inWords({ size, lanes, all, troubled, runs, ms }: Group): string {
  const speed = Number.isFinite(ms) ? `${seconds(ms)} a property` : 'none without trouble';
  return `batches of ${size}, ${lanes} at a time: ${speed}, ${all} batches in ${runs} runs, ${troubled} with trouble`;
}

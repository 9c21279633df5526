import type { BatchStart, Looked, Proposal } from './proposal.js';

/** How busy a machine was while runs were under way: mean and highest of the samples, each 0 to 1. */
export interface MeasuredMachine {
  readonly samples: number;
  readonly runs: number;
  readonly mean: number;
  readonly highest: number;
}

export type MachineUse = Readonly<Partial<Record<'cpu' | 'memory' | 'disk' | 'diskBusy', MeasuredMachine>>>;

/** Targets of the machine (mean) and where it gets narrow (highest), from the table of targets. */
const LIMITS = {
  cpu: { target: 0.5, warning: 0.7 },
  memory: { target: 0.6, warning: 0.75 },
  disk: { target: 0.7, warning: 0.8 },
  diskBusy: { target: 0.5, warning: 0.9 },
} as const;
/** Ten minutes of samples, twice a minute. */
const FEWEST_SAMPLES = 20;

const WORDS = { cpu: 'processors', memory: 'memory', disk: 'disk', diskBusy: 'time of the disk' } as const;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/**
 * What the machine has too little of, or to spare. Pure.
 * @param now how batches of the model begin
 * @param ms median time a property takes with the model; null without a measured batch
 */
export function proposeResources(use: MachineUse, now: BatchStart, ms: number | null): Looked {
  const parts = (['cpu', 'memory', 'disk', 'diskBusy'] as const).flatMap((part) => {
    const measured = use[part];
    return measured === undefined ? [] : [{ part, ...measured }];
  });
  const notes = parts.map(
    ({ part, mean, highest, samples, runs }) =>
      `${WORDS[part]}: ${percent(mean)} on average, ${percent(highest)} at most; ${samples} samples in ${runs} runs`,
  );
  if (parts.length === 0) return { proposals: [], notes: ['no sample is on record: a worker takes one every 30 s'] };
  const proposals = parts.flatMap(({ part, mean, highest, samples, runs }): readonly Proposal[] => {
    const { target, warning } = LIMITS[part];
    if (samples < FEWEST_SAMPLES || (mean <= target && highest <= warning)) return [];
    const evidence = [
      `${percent(mean)} on average (target ${percent(target)}), ${percent(highest)} at most (warning ${percent(warning)}); ${samples} samples in ${runs} runs`,
    ];
    return [{ id: `narrow-${part}`, area: 'resources', evidence, ...ADVICE[part](now, ms) }];
  });
  return { proposals, notes };
}

type Advice = Pick<Proposal, 'what' | 'gain' | 'command' | 'setting'>;

const ADVICE: Readonly<Record<keyof typeof LIMITS, (now: BatchStart, ms: number | null) => Advice>> = {
  cpu: (now, ms) =>
    now.lanes > 1 && ms !== null
      ? {
          what: 'let the model answer one question at a time as a run begins',
          gain: 'processors for collection and database; each further lane keeps about two cores busy (assumed)',
          command: 'phx optimize resources --apply --by NAME --note WHY',
          setting: { value: { size: now.size, lanes: 1 }, msPerProperty: ms },
        }
      : {
          what: 'the processors are busy: the model uses what is idle, so look at what else runs',
          gain: 'shorter nights where collection waits for the database; measured again by phx baseline weekly',
          command:
            'phx runs start --llm-seconds 0 shows a night without the model; or run the model on another machine (OLLAMA_HOST)',
          setting: null,
        },
  memory: () => ({
    what: 'memory is narrow',
    gain: 'no swapping; the model is the largest part',
    command: 'set OLLAMA_MODEL to a smaller model, or OLLAMA_HOST to another machine',
    setting: null,
  }),
  disk: () => ({
    what: 'the disk fills',
    gain: 'room for what is new',
    command: 'phx db retention shows what may go; phx db retention --apply removes it',
    setting: null,
  }),
  diskBusy: () => ({
    what: 'the disk is the narrow part',
    gain: 'shorter writes; every stored page waits for it',
    command: 'put PHOENIX_DATA and the database on a faster disk',
    setting: null,
  }),
};

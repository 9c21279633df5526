import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchControl } from '../core/schemas/model.js';
import type { Collecting, EnrichBatchInput, EnrichInput, EnrichResult } from '../core/schemas/sequence.js';
import { FIRST_BATCH, nextBatch } from '../domain/batch-control.js';
import { careAfter } from '../domain/model-care.js';
import { composition, model } from './activity-proxies.js';
import { type FailureReason, reasonOf } from './failures.js';
import { collectionEndedSignal, recordsStoredSignal, sourceStageSignal } from './messages.js';

/** Properties composed by one activity. */
const COMPOSE_BATCH = 100;
/** What a batch may need beyond the deadline for the answer it is waiting for, its repair included. */
const MODEL_GRACE_MS = 180_000;

/** What the two loops of enrichment share. */
interface Enriching {
  readonly input: EnrichInput;
  woken: boolean;
  collectionEnded: boolean;
  composed: number;
  batch: number;
  deadlineAtMs: number;
  modelProblem: string | null;
  /** How the next batch is cut. */
  control: BatchControl;
  /** Batches in a row that the model broke off. */
  troubles: number;
  /** How far each source has come; undefined when nothing is waited for. */
  stages: Collecting['stages'] | undefined;
  /** The same when composition was last through: what was stored until then is joined and composed. */
  settled: Collecting['stages'] | undefined;
  /** Times that composition was through. */
  rounds: number;
  /** True when collection has ended and everything it stored is composed. */
  rulesDone: boolean;
  /** True when no further batch of the model is to come. */
  wordsDone: boolean;
}

/**
 * Turns stored facts into properties while collection goes on: rules for all of them at once, the model's words as far
 * as its time lasts, listings first. Ends when collection has ended and nothing waits, or at the model's deadline.
 * Continues as new when the server suggests it, with its counts, its batch number and what it knows of the model.
 */
export async function enrichPending(input: EnrichInput): Promise<EnrichResult> {
  const { collectionEnded, nextBatch, earlier } = input;
  const state: Enriching = {
    input,
    woken: true,
    collectionEnded,
    composed: earlier.composed,
    batch: nextBatch,
    deadlineAtMs: input.deadlineAtMs,
    modelProblem: earlier.modelProblem,
    control: input.control ?? FIRST_BATCH,
    troubles: 0,
    stages: input.collecting?.stages,
    settled: input.collecting?.stages,
    rounds: 0,
    rulesDone: false,
    wordsDone: false,
  };
  setHandler(recordsStoredSignal, () => {
    state.woken = true;
  });
  setHandler(sourceStageSignal, (source, stage) => {
    state.stages = { ...state.stages, [source]: stage };
    state.woken = true;
  });
  setHandler(collectionEndedSignal, () => {
    state.collectionEnded = true;
  });
  await Promise.all([composeAll(state), describeAll(state)]);
  const { composed, batch, modelProblem } = state;
  if (!(state.rulesDone && state.wordsDone)) {
    await condition(allHandlersFinished);
    await continueAsNew<typeof enrichPending>({
      ...input,
      nextBatch: batch,
      deadlineAtMs: state.deadlineAtMs,
      collectionEnded: state.collectionEnded,
      ...(input.collecting && state.stages ? { collecting: { ...input.collecting, stages: state.stages } } : {}),
      control: state.control,
      earlier: { composed, modelProblem },
    });
  }
  return { composed, batches: batch, modelProblem };
}

/** Composes by rules whenever there are new records, and once more after collection has ended. */
async function composeAll(state: Enriching): Promise<void> {
  while (!state.rulesDone && !workflowInfo().continueAsNewSuggested) {
    await condition(() => state.woken || state.collectionEnded, '1 minute');
    const last = state.collectionEnded;
    const stages = last ? undefined : state.stages;
    state.woken = false;
    for (let more = true; more; ) {
      const result = await composition.composeBatch({ run: state.input.run, size: COMPOSE_BATCH });
      state.composed += result.composed;
      more = result.more;
      setCurrentDetails(`${state.composed} properties composed by rules, ${state.batch} batches by the model`);
    }
    state.settled = stages;
    state.rounds += 1;
    state.rulesDone = last;
  }
}

/** Has the model describe what is composed, batch by batch, until its time is over. */
async function describeAll(state: Enriching): Promise<void> {
  while (modelHasTime(state)) {
    if (workflowInfo().continueAsNewSuggested) return;
    const { rulesDone } = state;
    const moreIsRipe = watch(state);
    const claimed = await modelBatch(state);
    if (claimed > 0) state.batch += 1;
    else if (rulesDone) break;
    else await waitFor(state, moreIsRipe);
  }
  state.wordsDone = true;
}

/** Waits until more may be ripe. The time of the model does not pass meanwhile, unless it ends at a fixed hour. */
async function waitFor(state: Enriching, moreIsRipe: () => boolean): Promise<void> {
  const beganAtMs = Date.now();
  await condition(() => moreIsRipe() || state.rulesDone || workflowInfo().continueAsNewSuggested);
  if (state.input.waitingIsFree) state.deadlineAtMs += Date.now() - beganAtMs;
}

/**
 * Says, later, whether a look at the list may find something that it does not hold now. While sources walk, what they touch is not
 * ripe however much is composed, so the next look waits until one of them has come further.
 */
function watch(state: Enriching): () => boolean {
  const { composed, rounds, settled } = state;
  if (settled === undefined) return () => state.composed > composed;
  const walking = Object.values(settled).includes('walking');
  return () => state.settled !== settled || (!walking && state.rounds > rounds);
}

function modelHasTime({ input, modelProblem, deadlineAtMs }: Enriching): boolean {
  return input.model !== null && modelProblem === null && Date.now() < deadlineAtMs;
}

/**
 * One batch, cut by what the last ones showed; a model that gives up is remembered, and rules' words have to do.
 * @returns how many properties it claimed
 */
async function modelBatch(state: Enriching): Promise<number> {
  const options = { summary: `batch ${state.batch}`, ...endsWithTheTime(state) };
  try {
    const { claimed, measure, trouble } = await model.enrichBatch.executeWithOptions(options, [batchOf(state)]);
    if (measure) state.control = nextBatch(state.control, measure);
    if (trouble) await careFor(state, trouble);
    else if (claimed > 0) state.troubles = 0;
    return claimed;
  } catch (problem) {
    if (isCancellation(problem)) throw problem;
    const { code, message } = reasonOf(problem);
    state.modelProblem = `${code}: ${message}`;
    return 0;
  }
}

/** A model nobody serves must not hold up the day. */
function endsWithTheTime({ deadlineAtMs }: Enriching) {
  return { scheduleToCloseTimeout: Math.max(0, deadlineAtMs - Date.now()) + MODEL_GRACE_MS };
}

function batchOf({ input, batch, control, settled, deadlineAtMs }: Enriching): EnrichBatchInput {
  const { run, force, zips, collecting } = input;
  const { size, lanes, why } = control;
  const cut = { run, batch, size, lanes, why, deadlineAtMs, force };
  if (collecting === undefined || settled === undefined) return cut;
  return { ...cut, waitFor: { sinceMs: collecting.sinceMs, stages: settled, zips } };
}

/** Does what is to be done about a model that broke a batch off, and remembers when that was of no use. */
async function careFor(state: Enriching, { code, message }: FailureReason): Promise<void> {
  state.troubles += 1;
  const step = careAfter(state.troubles);
  const reason = `${code}: ${message}`;
  if (step === null || !modelHasTime(state)) {
    state.modelProblem = reason;
    return;
  }
  const options = { summary: `care: ${step}`, ...endsWithTheTime(state) };
  const { ready, what } = await model.careForModel.executeWithOptions(options, [
    { run: state.input.run, step, reason },
  ]);
  if (!ready && step === 'restart') state.modelProblem = `${reason}; ${what}`;
}

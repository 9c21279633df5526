import type { SourceResult } from './collect.js';
import type { BatchControl, BatchMeasure, CareStep } from './model.js';
import type { SourceName } from './names.js';
import type { PhaseTime, RunOptions, RunStatus, StartedBy } from './run.js';

/** Input of `dailySequence`. */
export interface DailySequenceInput {
  readonly market: string;
  /** `YYYY-MM-DD` in the market's zone. */
  readonly runDate: string;
  readonly options: RunOptions;
  /** The whole day, or a part of it; shown in the Web UI. */
  readonly kind: 'daily' | 'adhoc';
  /** Left out: begun by a version that did not say. */
  readonly startedBy?: StartedBy;
}

/** Result of `dailySequence`: ids and counts only, the rest is in `runs`. */
export interface DailySequenceResult {
  readonly runKey: string;
  readonly status: RunStatus;
  readonly report: string | null;
}

/** Input of the thin workflow that schedules start. */
export interface ScheduledInput {
  readonly market: string;
  readonly timeZone: string;
  /** When the schedule comes: at another time a person let it run. Left out: made by a version that did not say. */
  readonly due?: { readonly hour: number; readonly minute: number };
  readonly options: RunOptions;
}

/** Names one run to the activities of its phases. */
export interface RunName {
  readonly market: string;
  readonly runDate: string;
  readonly runKey: string;
  readonly workflowId: string;
}

export interface PrepareInput {
  readonly run: RunName;
  readonly options: RunOptions;
  /** Left out: begun by a version that did not say. */
  readonly startedBy?: StartedBy;
}

/** A source as this run will use it. */
export interface SourcePlan {
  readonly source: SourceName;
  readonly taskQueue: string;
  readonly lanes: number;
  readonly detailsBelongToComplete: boolean;
  readonly startDelayMs: number;
  /** Why the source is left out; null when it runs. */
  readonly skipReason: string | null;
  /** True: known pages are looked at before the run, and a changed layout is learned again. Left out: no pages are read. */
  readonly repairs?: true;
}

/** A source that may collect the ZIPs that another one does not. */
export interface AlternativePlan {
  readonly of: SourceName;
  readonly by: SourceName;
  /** How it would be asked; null when the run asks it anyway. */
  readonly plan: SourcePlan | null;
}

/** One ZIP that a source did not collect, and what became of it with its alternative. */
export interface StandIn {
  readonly zip: string;
  readonly of: SourceName;
  readonly by: SourceName;
  /** Why the source itself did not collect it. */
  readonly because: string;
  /** Why the alternative did not either; null when it did. */
  readonly problem: string | null;
}

/** What `prepareRun` found, and what the run will do. */
export interface RunPlan {
  readonly county: string;
  readonly zips: readonly string[];
  readonly sources: readonly SourcePlan[];
  /** Left out by runs of a scope of their own: what they name is asked, and nothing instead. */
  readonly alternatives?: readonly AlternativePlan[];
  /** Most keys of a window, null for all; the mode may set one. */
  readonly limit: number | null;
  /** Milliseconds the run may spend on the model; 0 when there is none. */
  readonly llmBudgetMs: number;
  /** True: only the time that the model works counts. Left out: the time in which it waits for facts, too, as for a fixed hour. */
  readonly llmBudgetIsWork?: true;
  /** Model as the server names it; null without one. */
  readonly model: string | null;
  /** Why there is no model. */
  readonly modelReason: string | null;
  /** How batches of the model begin, where a person applied it; left out: as the rule says. */
  readonly batchStart?: { readonly size: number; readonly lanes: number };
  /** Time budget in milliseconds by phase name. */
  readonly phaseBudgetMs: Readonly<Record<string, number>>;
}

/** How far a source has come in a run. One that only waits for its start is not among those that are waited for. */
export type SourceStage = 'walking' | 'details' | 'ended';

/** Sources whose records may still change in this run. */
export interface Collecting {
  /** When the run began, epoch ms: a detail that came later is of this run. */
  readonly sinceMs: number;
  readonly stages: Readonly<Partial<Record<SourceName, SourceStage>>>;
}

export interface EnrichInput {
  readonly run: RunName;
  /** Null: rules alone. */
  readonly model: string | null;
  /** Workflow time after which no further model batch begins, epoch ms. */
  readonly deadlineAtMs: number;
  readonly force: boolean;
  readonly zips: readonly string[];
  /** Next batch number; batches keep their number over retries and continue-as-new. */
  readonly nextBatch: number;
  readonly collectionEnded: boolean;
  /** What the model waits for. Left out: nothing, every composed property is ripe. */
  readonly collecting?: Collecting;
  /** True: `deadlineAtMs` moves on while the model waits for facts. Left out: it stands. */
  readonly waitingIsFree?: true;
  /** How batches are cut, as learned by earlier executions. Left out: as before anything was measured. */
  readonly control?: BatchControl;
  /** What earlier executions of this workflow did, before it continued as new. */
  readonly earlier: Pick<EnrichResult, 'composed' | 'modelProblem'>;
}

export interface EnrichResult {
  readonly composed: number;
  readonly batches: number;
  /** Why the model stopped before its time; null when it did not. */
  readonly modelProblem: string | null;
}

/** Input of `enrichAlone`. */
export interface EnrichAloneInput {
  readonly market: string;
  /** `YYYY-MM-DD` in the market's zone. */
  readonly runDate: string;
  /** Seconds that the model may take. */
  readonly llmSeconds: number;
}

export interface EnrichAloneResult extends EnrichResult {
  /** Null: rules alone. */
  readonly model: string | null;
  /** Why there is no model; null with one. */
  readonly modelReason: string | null;
}

export interface ComposeBatchResult {
  readonly composed: number;
  /** True when more properties wait. */
  readonly more: boolean;
}

export interface EnrichBatchInput {
  readonly run: RunName;
  readonly batch: number;
  readonly size: number;
  readonly deadlineAtMs: number;
  /** Ask the model even where the cache has an answer. */
  readonly force: boolean;
  /** Sources and ZIPs that are still being collected; properties that may change by them are left alone. Left out: none. */
  readonly waitFor?: Collecting & { readonly zips: readonly string[] };
  /** Properties at a time. Left out: one. */
  readonly lanes?: number;
  /** Why the batch is cut as it is. Left out: nobody decided. */
  readonly why?: string;
}

export interface EnrichBatchResult {
  readonly claimed: number;
  /** Of those, the ones that now have the model's words; the others keep the rules'. */
  readonly described: number;
  /** What the next batch is cut by. Left out by older workers, and when nothing was claimed. */
  readonly measure?: BatchMeasure;
  /** Why the model broke the batch off; what it left goes back to the list. Left out: it did not. */
  readonly trouble?: { readonly code: string; readonly message: string };
}

export interface CareInput {
  readonly run: RunName;
  readonly step: CareStep;
  /** The trouble, in words. */
  readonly reason: string;
}

/** What became of one step of care. */
export interface CareResult {
  /** True when the model can be asked again. */
  readonly ready: boolean;
  /** What was done, or why nothing was. */
  readonly what: string;
}

export interface CollectSourceInput {
  readonly run: RunName;
  readonly county: string;
  readonly plan: SourcePlan;
  readonly zips: readonly string[];
  readonly limit: number | null;
  readonly force: boolean;
  /** Workflow to tell when records were stored; null when nobody waits. */
  readonly enrichWorkflowId: string | null;
  readonly paused: boolean;
  /** True for a day that is over, to be filled from a source that can be asked for the past. Left out: false. */
  readonly past?: boolean;
}

/** What the phases after collection need to know about the run. */
export interface FinishInput {
  readonly run: RunName;
  readonly options: RunOptions;
  readonly plan: RunPlan | null;
  readonly sources: readonly SourceResult[];
  readonly phases: readonly PhaseTime[];
  /** Left out: nothing stood in for anything. */
  readonly standIns?: readonly StandIn[];
  /** Problems met so far, one exact sentence each. */
  readonly problems: readonly string[];
  readonly cancelled: boolean;
}

export interface ValidateResult {
  /** Each finding in one sentence; empty when all holds. */
  readonly problems: readonly string[];
}

/** What became of a mail. */
export interface MailOutcome {
  readonly sent: boolean;
  /** Why not; null when sent. */
  readonly reason: string | null;
}

export interface ReportResult {
  readonly status: RunStatus;
  readonly report: string | null;
  readonly mailSent: boolean;
}

/** Live state of a sequence, for the progress query. */
export interface SequenceProgress {
  readonly phase: string;
  readonly paused: boolean;
  readonly runKey: string;
  readonly sources: readonly { readonly source: SourceName; readonly status: string }[];
}

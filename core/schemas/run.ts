import type { Counts, WindowState } from './collect.js';
import type { Mode, SourceName } from './names.js';

export type RunStatus = 'complete' | 'partial' | 'failed' | 'cancelled';

/** Who began a run: its schedule at its hour, a person, or the watchdog in place of a schedule that missed it. */
export type StartedBy = 'schedule' | 'person' | 'watchdog';

/** Options of a sequence, as given by a person or a schedule. JSON only; part of the workflow's input. */
export interface RunOptions {
  /** Null: all sources of the market. */
  readonly sources: readonly SourceName[] | null;
  /** Null: all ZIPs of the market. */
  readonly zips: readonly string[] | null;
  /** Most keys a window gives; null for all. */
  readonly limit: number | null;
  /** Walk windows that are complete already. */
  readonly force: boolean;
  /** Ask the model again for every property of the run. */
  readonly forceLlm: boolean;
  /** Seconds the run may spend on the model; null: the setting decides. */
  readonly llmSeconds: number | null;
}

export const DEFAULT_RUN_OPTIONS: RunOptions = {
  sources: null,
  zips: null,
  limit: null,
  force: false,
  forceLlm: false,
  llmSeconds: null,
};

/** What the model did in a run, and how enrichment stands after it. */
export interface LlmSummary {
  /** Model as the server names it; null when no model was reachable. */
  readonly model: string | null;
  /** Why there is no model; null when there is one. */
  readonly reason: string | null;
  readonly calls: number;
  readonly cached: number;
  readonly tokens: number;
  /** Properties of the run whose words come from rules alone. */
  readonly ruleOnly: number;
  /** Of those, the ones still waiting for the model. */
  readonly pending: number;
  /** Properties for which the model gave no usable answer; they keep the rules' words. */
  readonly failed: number;
}

export interface ZipSummary extends Counts {
  readonly zip: string;
  readonly status: WindowState;
  readonly reason: string | null;
  /** What the source said it holds; null when it said nothing. */
  readonly total: number | null;
}

export interface SourceSummary {
  readonly name: SourceName;
  readonly status: 'complete' | 'partial' | 'failed' | 'skipped';
  readonly reason: string | null;
  readonly zips: readonly ZipSummary[];
  readonly details: { readonly done: number; readonly missing: number; readonly leftForLater: number };
  readonly requests: number;
}

/** A value shown in the summary with the evidence for it. */
export interface ExampleFact {
  readonly name: string;
  readonly value: string;
  readonly source: SourceName;
  readonly url: string;
  readonly path: string;
  /** SHA-256 of the stored answer. */
  readonly rawRef: string;
}

export interface ExampleProperty {
  readonly propertyId: string;
  readonly address: string | null;
  readonly description: string;
  readonly describedBy: string;
  readonly facts: readonly ExampleFact[];
}

export interface PhaseTime {
  readonly name: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Milliseconds past the phase's time budget; 0 when inside. */
  readonly overBudgetMs: number;
}

/** How good the data is after a run. Shares 0 to 1; null where nothing could be counted. */
export interface RunQuality {
  readonly score: number | null;
  readonly completeness: number | null;
  readonly validity: number | null;
  readonly withheldFacts: number;
  readonly gate: 'passed' | 'below' | 'too-few';
}

/** What a run did, as mailed, kept in `runs` and printed. Every figure is a query of the database. */
export interface RunSummary {
  readonly schemaVersion: 1;
  /** Workflow id. */
  readonly runId: string;
  readonly runKey: string;
  readonly status: RunStatus;
  readonly mode: Mode;
  readonly market: string;
  readonly runDate: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly counts: Counts;
  readonly sources: readonly SourceSummary[];
  readonly llm: LlmSummary;
  readonly phases: readonly PhaseTime[];
  /** What is not there, one exact sentence each; empty on a complete day. */
  readonly missing: readonly string[];
  /** What still works and should be looked at, one sentence each; summaries of earlier versions have none. */
  readonly warnings?: readonly string[];
  readonly properties: { readonly total: number; readonly withListing: number };
  /** Of the whole market; left out where nothing was judged. What is below the gate stands in `missing`. */
  readonly quality?: RunQuality;
  readonly examples: readonly ExampleProperty[];
  readonly mail: { readonly sent: boolean; readonly reason: string | null };
  /** Path of the kept report, relative to the data folder; null before it is written. */
  readonly report: string | null;
}

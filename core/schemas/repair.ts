import type { FilledSource } from './fill.js';
import type { SourceName } from './names.js';
import type { RunName, SourcePlan } from './sequence.js';

/** Input of the look at known pages before a run. */
export interface CheckKnownInput {
  readonly run: RunName;
  readonly county: string;
  readonly source: SourceName;
  readonly zips: readonly string[];
  readonly force: boolean;
}

/** How known pages looked. */
export interface CheckKnownResult {
  /** Things whose pages were opened and say what is known. */
  readonly good: readonly string[];
  /** Why none was opened; null when some were. */
  readonly reason: string | null;
}

/** What a changed layout kept a run from: asked again after an approval. */
export interface LostWindows {
  readonly market: string;
  readonly runDate: string;
  readonly zips: readonly string[];
}

/** Input of `repairSelectors`. */
export interface RepairSelectorsInput {
  readonly run: RunName;
  readonly county: string;
  readonly plan: SourcePlan;
  readonly lost: LostWindows;
  /** The person is reminded so often. */
  readonly remindAfterMs: number;
}

/** Names one repair to its activities. */
export interface RepairName {
  readonly source: SourceName;
  /** `ids.runKeyOf` of the repair's own workflow. */
  readonly repairKey: string;
}

export interface SampleLayoutInput extends RepairName {
  readonly run: RunName;
  readonly county: string;
  readonly zips: readonly string[];
}

/** What the proposal is worth. */
export interface ProposedSelectors {
  /** Name and version of the set. */
  readonly name: string;
  /** False: fields without which a set is of no use were not found, so that it cannot be approved. */
  readonly usable: boolean;
  readonly missing: readonly string[];
  /** Fields found, of so many that a set has. */
  readonly found: number;
  readonly fields: number;
}

/** A person's word about a proposal. */
export interface RepairDecision {
  readonly approved: boolean;
  readonly by: string;
  readonly reason: string;
}

/** Where a repair stands, for its query. */
export interface RepairProgress {
  readonly phase: 'sampling' | 'proposing' | 'waiting' | 'filling' | 'ended';
  readonly proposal: ProposedSelectors | null;
  readonly reminders: number;
}

/** Result of `repairSelectors`. */
export interface RepairSelectorsResult {
  readonly status: 'approved' | 'rejected' | 'failed';
  /** Null when there was no proposal. */
  readonly name: string | null;
  /** Words of the person, or why there was no proposal. */
  readonly reason: string;
  readonly filled: readonly FilledSource[];
}

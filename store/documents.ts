import type { Binary } from 'mongodb';
import type { ChangedValues, ChangeKind } from '../core/schemas/changes.js';
import type { Counts, Outcome, Walk, WalkPart, WindowState } from '../core/schemas/collect.js';
import type { FactInput } from '../core/schemas/facts.js';
import type { Mode, SourceName } from '../core/schemas/names.js';
import type { Enrichment } from '../core/schemas/property.js';
import type { RunOptions, RunStatus, RunSummary, StartedBy } from '../core/schemas/run.js';
import type { ChangeEvidence } from '../domain/change-events.js';
import type { Spent } from './llm.js';

/** `raw_payloads`: one redacted answer, kept once however often it comes. */
export interface RawPayloadDocument {
  /** SHA-256 of the redacted canonical body. */
  readonly _id: string;
  readonly source: SourceName;
  readonly kind: string;
  readonly type: 'json' | 'html';
  /** Gzip of the redacted canonical body. */
  readonly body: Binary;
  readonly bodyBytes: number;
  readonly firstFetchId: string;
  /** Key of the thing that request was about; null for a page of many. */
  readonly firstKey: string | null;
  readonly firstFetchedAt: Date;
  /** When a retention run found it old and cited by nothing; a later one removes it if that is still so. */
  readonly condemnedAt?: Date;
}

/** Facts of one payload kind about one thing. */
export interface KindFacts {
  readonly rawRef: string;
  readonly fetchId: string;
  readonly url: string;
  readonly fetchedAt: Date;
  readonly facts: readonly FactInput[];
  /** Version of the product that read it; left out in rows of before it was noted. */
  readonly parser?: string;
}

/** `raw_properties`: what one source says about one thing now. */
export interface RawPropertyDocument {
  /** `ids.recordId`. */
  readonly _id: string;
  readonly source: SourceName;
  readonly key: string;
  readonly county: string;
  readonly market: string;
  readonly mode: Mode;
  readonly zip: string | null;
  readonly propertyId: string;
  readonly kinds: Readonly<Record<string, KindFacts>>;
  /** SHA-256 over the facts of all kinds, evidence left out. */
  readonly contentHash: string;
  /** Number of the current version, from 1. */
  readonly version: number;
  /** Run that wrote the current version. */
  readonly versionRunKey: string;
  readonly firstSeenAt: Date;
  readonly changedAt: Date;
}

/** `record_versions`: every state a record ever had. Never changed after it is written. */
export interface RecordVersionDocument {
  /** Record id and version number. */
  readonly _id: string;
  readonly recordId: string;
  readonly source: SourceName;
  readonly key: string;
  readonly propertyId: string;
  readonly version: number;
  readonly contentHash: string;
  readonly kinds: Readonly<Record<string, KindFacts>>;
  /** When the answer that made it true for us arrived. */
  readonly validFrom: Date;
  /** When we wrote it. */
  readonly knownFrom: Date;
  readonly runKey: string;
}

/** How a window is walked whose source can tell what changed. */
export interface WindowWalk {
  readonly ask: Walk;
  /** Once the window is complete, all that changed before this is in: the next walk goes on from here. Null for the past. */
  readonly asOf: Date | null;
}

/** `windows`: the ledger of source, ZIP and day. */
export interface WindowDocument {
  /** `ids.windowId`. */
  readonly _id: string;
  readonly market: string;
  readonly source: SourceName;
  readonly zip: string;
  readonly runDate: string;
  readonly state: WindowState | 'open';
  readonly reason: string | null;
  readonly limit: number | null;
  /** What the source said it holds. */
  readonly total: number | null;
  readonly seen: number;
  /** Left out by sources whose walks are always whole. */
  readonly walk?: WindowWalk;
  /** Keys of the part that names all there is, and which part that was; null where none did. Left out before it was closed. */
  readonly listed?: { readonly by: WalkPart; readonly keys: number } | null;
  /** Run whose pages made it complete; null before. */
  readonly completedBy: string | null;
  /** Set when retention removed its pages: since when, and which runs had walked it. Its counts stay. */
  readonly prunedAt?: Date;
  readonly runKeys?: readonly string[];
  /** Set when a person believed a suspect window: who, why and when. */
  readonly accepted?: { readonly by: string; readonly reason: string; readonly at: Date };
  readonly updatedAt: Date;
}

/** `window_pages`: what one page of a walk, or one detail, gave. All counts are one aggregation over it. */
export interface WindowPageDocument {
  /** Window, run and step. */
  readonly _id: string;
  readonly windowId: string;
  readonly market: string;
  readonly source: SourceName;
  readonly zip: string;
  readonly runKey: string;
  /** `walk:<cursor>` or `detail:<key>`. */
  readonly step: string;
  /** Part of the walk; left out: `whole`. */
  readonly part?: WalkPart;
  /** Left out: the first pass. */
  readonly pass?: 2;
  readonly keys: readonly { readonly key: string; readonly outcome: Outcome }[];
  /** Details only: whether the source had it. */
  readonly detail?: 'done' | 'missing';
  readonly reason?: string;
  readonly total: number | null;
  readonly at: Date;
}

/**
 * `absences`: a thing that a complete window did not name any more. A sign, not a judgement: nothing is taken away by it. What two
 * complete windows in a row did not name is gone, and is marked no more.
 */
export interface AbsenceDocument {
  /** Window and key. */
  readonly _id: string;
  readonly windowId: string;
  readonly market: string;
  readonly source: SourceName;
  readonly zip: string;
  readonly runDate: string;
  /** Run that walked the window; counts while the window is complete by this run. */
  readonly runKey: string;
  readonly key: string;
  /** What the source said of it last; null of a parcel. */
  readonly status: string | null;
  /** First window of those in a row that did not name it, and when that one was ended. */
  readonly firstWindowId: string;
  readonly since: Date;
  readonly at: Date;
}

/** `change_events`: something that happened to a record. Written once, never changed. */
export interface ChangeEventDocument {
  /** Record version and kind; for what windows tell: record, kind and the number of the absence. */
  readonly _id: string;
  readonly kind: ChangeKind;
  readonly source: SourceName;
  readonly key: string;
  /** `ids.recordId`. */
  readonly recordId: string;
  /** Property of the record when it was written. */
  readonly propertyId: string;
  readonly market: string;
  readonly zip: string | null;
  readonly runKey: string;
  readonly before: ChangedValues | null;
  readonly after: ChangedValues | null;
  readonly evidence: {
    readonly from: ChangeEvidence | null;
    readonly to: ChangeEvidence | null;
    /** Windows that tell it: the two that did not name what is gone, the one that names it again. Empty for changes of facts. */
    readonly windows: readonly string[];
  };
  /** `gone` and the return from it: how often the record had gone by then, from 1. */
  readonly absence?: number;
  /** When the answer that shows it arrived; of `gone`: when the first window without it was ended. */
  readonly validFrom: Date;
  readonly knownFrom: Date;
}

/** `quarantine`: parts of answers that were not understood, and facts that cannot be true. */
export interface QuarantineDocument {
  /** Raw reference and path. */
  readonly _id: string;
  readonly source: SourceName;
  readonly zip: string;
  readonly runKey: string;
  readonly key: string | null;
  readonly path: string;
  readonly reason: string;
  /** Of an answer that was not what was asked for; else left out. */
  readonly code?: 'ResponseInvalid';
  /** Of a fact that was read, and cannot be true: the rule that it breaks. Else left out. */
  readonly rule?: string;
  readonly rawRef: string;
  readonly fetchId: string;
  readonly at: Date;
}

/** `processing_queue`: one row a property; `state` is where its words stand. */
export interface QueueDocument {
  /** Property id. */
  readonly _id: string;
  readonly market: string;
  readonly zip: string | null;
  /** Hash over the content hashes of all its records. */
  readonly contentHash: string;
  /** Content that the read model shows; null before the first composition. */
  readonly composedHash: string | null;
  /** Version of the product that composed it; another version composes it again. Left out before, and in rows of before it was noted. */
  readonly composedBy?: string;
  /** Waiting for the model, with it, described by it, or given up on after no usable answer. */
  readonly state: 'pending' | 'processing' | 'completed' | 'failed';
  /** 1 with a listing, 2 without: the order of the model's work. */
  readonly priority: number;
  readonly claimedBy: string | null;
  readonly attempts: number;
  /** The last ten; of one kind before there were codes. */
  readonly errors: readonly { readonly at: Date; readonly code?: string; readonly reason: string }[];
  /** Asked to be described again: the known answer does not do. Left out: it does. */
  readonly redo?: true;
  readonly updatedAt: Date;
}

/** `enrichments`: the words that are shown for a property. */
export interface EnrichmentDocument extends Enrichment {
  /** Property id. */
  readonly _id: string;
  readonly contentHash: string;
  readonly runKey: string;
  /** True when no model was asked, since it had answered the same before. */
  readonly cached: boolean;
  /** All that the model spent on the property, repairs and failures included. Left out by 0.1.0. */
  readonly totals?: Spent;
  readonly at: Date;
}

/** `runs`: one execution of a sequence. */
export interface RunDocument {
  /** `ids.runKeyOf`. */
  readonly _id: string;
  readonly workflowId: string;
  readonly market: string;
  readonly mode: Mode;
  readonly runDate: string;
  readonly options: RunOptions;
  /** Left out in rows of versions that did not keep it. */
  readonly startedBy?: StartedBy;
  readonly status: RunStatus | 'running';
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly counts: Counts | null;
  readonly summary: RunSummary | null;
  /** Set when retention removed pages of its windows, so that its counts cannot be counted again. */
  readonly prunedAt?: Date;
}

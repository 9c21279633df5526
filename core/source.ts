import type { SchemaDrift } from './errors.js';
import type { RawBody, RawPayload, SourceDetail } from './raw-payload.js';
import type { Cursor, Walk, WalkPart, Window } from './schemas/collect.js';
import type { ParseResult } from './schemas/facts.js';
import type { SourceName } from './schemas/names.js';
import type { PersonalFact } from './schemas/personal.js';
import type { SourceRepair } from './source-repair.js';

/** A page of a walk. */
export interface SourcePage {
  readonly payloads: readonly RawPayload[];
  /** Null after the last page. */
  readonly nextCursor: Cursor | null;
  /** What the source says it holds for this part of the window, null when it says nothing. */
  readonly total: number | null;
  /** Left out: `whole`. */
  readonly part?: WalkPart;
  /** Given with pages of a second pass, which follows where the total moved during the first. */
  readonly pass?: 2;
  /** Given with the last page of a walk of changes: where a whole walk begins, should the changes not add up. */
  readonly wholeFrom?: Cursor;
}

/** When a source that can tell what changed is asked for that alone. Milliseconds. */
export interface ChangesPolicy {
  /** So long before the last complete walk the changes begin, for clocks that differ and rows that show late. */
  readonly overlapMs: number;
  /** A whole walk so long after the last one. */
  readonly wholeEveryMs: number;
  /** The list of all keys so long after they were last met all; 0: with every walk. */
  readonly keysEveryMs: number;
  /** A last complete walk older than this is followed by a whole one. */
  readonly oldestMs: number;
  /** Values of `StandardStatus` that whole walks and lists of keys hold; a thing in any other is not expected there. */
  readonly listedStatuses: readonly string[];
}

/** What a plan is asked about. */
export interface PlanScope {
  /** `held`: things the source named when it named all there is of the ZIP code last; null: never yet. */
  readonly zips: readonly { readonly zip: string; readonly held: number | null }[];
  /** Most of each ZIP code; null for all. */
  readonly limit: number | null;
}

/** What a run would ask of a source, before anything is sent. */
export interface CollectPlan {
  readonly requests: number;
  /** Time at the allowed rate. */
  readonly milliseconds: number;
  readonly costUsdMicros: number;
}

export interface ProbeResult {
  readonly state: 'ok' | 'auth' | 'blocked' | 'drift' | 'down';
  /** One sentence for an operator. */
  readonly evidence: string;
  /** The host was not asked: its ceiling, its circuit or its own word keeps the next request so long. Left out: it was. */
  readonly retryAfterMs?: number;
}

/** Settings of a source that the workflows need; from its `settings.ts`. */
export interface SourceTraits {
  /** ZIPs walked at one time. */
  readonly lanes: number;
  /** Whether a window is complete only when the details of all its keys are in (listing site yes, county no). */
  readonly detailsBelongToComplete: boolean;
  /** Detail requests a sequence may send, walk pages included; null for no ceiling. */
  readonly requestBudget: number | null;
  /** Kind of payload that `readDetail` gives; tells which records have their detail. Null: the source has no details. */
  readonly detailKind: string | null;
  /** A detail younger than this is not asked again while its row of the walk stays the same. */
  readonly detailFreshMs: number;
  /** Most requests that one detail takes; left out: one. */
  readonly requestsPerDetail?: number;
  /** Whether it may act only where an operator has recorded the permission held: a real host under a licence. */
  readonly needsPermission: boolean;
  /** Why it cannot be used with the settings as they are, one sentence that names them; null when it can. */
  readonly notConfigured: string | null;
  /** Left out: every walk is whole. */
  readonly changes?: ChangesPolicy;
  /** How long the source waits after the sequence began. */
  readonly startDelayMs: number;
}

/**
 * One place data comes from. All of them read, redact and parse the same way, so activities and workflows are written once.
 * Methods that ask the service raise NetworkError, SourceUnavailable, RateLimited (all retried), AuthRejected, Blocked,
 * SchemaDrift, ResponseInvalid (final); a repeat is safe.
 */
export interface Source {
  readonly name: SourceName;
  readonly via: 'http' | 'browser';
  /** `since`: the service can be asked for the past; `live`: only for now. */
  readonly history: 'live' | 'since';
  readonly traits: SourceTraits;
  /** Kinds of payload whose facts win first when two kinds state the same fact. */
  readonly kindOrder: readonly string[];
  plan(scope: PlanScope): CollectPlan;
  /** A known-good call. Never throws for an answer of the service. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
  /**
   * Reads one page of a walk: as many records as the service gives at one time (its README says how many).
   * @param walk read with the first page alone, by sources with `traits.changes`; left out: whole
   */
  readPage(window: Window, cursor: Cursor | null, signal: AbortSignal, walk?: Walk): Promise<SourcePage>;
  /** Reads the detail of one key. A key that is not there is `missing`, not an error. */
  readDetail(window: Window, key: string, signal: AbortSignal): Promise<SourceDetail>;
  /** Pure. Takes out personal fields and drawings; what it gives may be stored, logged and hashed. Idempotent. */
  redact(body: RawBody): RawBody;
  /**
   * Pure, over the body as it came: the personal values of a detail, as far as their classes are switched on. Kept apart
   * from all else. Left out by sources that keep none.
   */
  personalFacts?(payload: RawPayload): readonly PersonalFact[];
  /** Before stored answers are parsed: looks for what a person approved since. Left out by sources without such things. */
  beforeParse?(): Promise<void>;
  /** Pure, over the redacted body. Every row becomes a record or a reject. @throws SchemaDrift when the envelope is wrong */
  parse(payload: RawPayload): ParseResult;
  /**
   * Pure. Whether so much of a payload was rejected that the source itself must have changed: a mandatory field missing or
   * retyped in at least 3 rows and half of the page. Asked after the good rows are stored.
   */
  driftOf(payload: RawPayload, result: ParseResult): SchemaDrift | null;
  /** Sources that read pages: how a changed layout is noticed and learned. Left out by sources of JSON. */
  readonly repair?: SourceRepair;
}

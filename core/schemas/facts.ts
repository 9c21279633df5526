import type { SourceName } from './names.js';

/** A value of a fact: RESO type and unit (US dollars, square feet, ISO days), or a list of words. */
export type FactValue = string | number | boolean | readonly string[];

/** One value a source states about one thing, before it is stored. */
export interface FactInput {
  /** RESO Data Dictionary 2.1 name, `x…` where the name is ours. */
  readonly name: string;
  readonly value: FactValue;
  /** Where in the stored body the value stands: a JSON path (`Results[3].APN`) or a selector or label of a page. */
  readonly path: string;
}

/** A stored fact: what, and the bytes it came from. */
export interface Fact extends FactInput {
  readonly source: SourceName;
  /** Kind of payload it came from, for example `search-row` or `parcel`. */
  readonly kind: string;
  /** SHA-256 of the redacted body in `raw_payloads`. */
  readonly rawRef: string;
  /** Id of the request in `fetches`. */
  readonly fetchId: string;
  /** When the answer arrived, ISO 8601 UTC. */
  readonly fetchedAt: string;
  /** Version of the product that read it; left out where it was not noted. */
  readonly parser?: string;
}

/** What one payload says about one thing of a source. */
export interface SourceRecord {
  /** Natural key inside the source: compact parcel number, or listing key. */
  readonly key: string;
  /** Kind of payload part; a payload replaces only the facts of its own kind. */
  readonly kind: string;
  /** ZIP code the record states, null when it states none. */
  readonly zip: string | null;
  /** Parcel it is about, null when not stated. For county records equal to `key`. */
  readonly parcelNumber: string | null;
  readonly facts: readonly FactInput[];
}

/** A part of a payload that was not understood. Goes to `quarantine`; nothing is lost, since the payload is kept. */
export interface Reject {
  /** Key of the thing where it could be read, else null. */
  readonly key: string | null;
  /** Where in the body, for example `Results[3].APN`. */
  readonly path: string;
  /** What is wrong, in one sentence, without personal data. */
  readonly reason: string;
  /**
   * Given when a mandatory field is missing or has another type, so that the thing gave no record: the field without row
   * numbers (`Results[].APN`) and the row it is missing in, unique inside the result (`Results[3]`). `core/drift.ts` counts these.
   */
  readonly mandatory?: { readonly field: string; readonly row: string };
  /** Given when the whole answer is not what was asked for (it is about another thing): nothing of its detail is kept. */
  readonly code?: 'ResponseInvalid';
}

/** What `Source.parse` makes of one payload. Every row is either a record or a reject. */
export interface ParseResult {
  readonly records: readonly SourceRecord[];
  readonly rejects: readonly Reject[];
  /** Keys of rows that say nothing but that the thing is there. Left out by sources without such lists. */
  readonly listed?: readonly string[];
}

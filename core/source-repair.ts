import type { Json } from './hash.js';
import type { RawPayload, SourceDetail } from './raw-payload.js';
import type { Window } from './schemas/collect.js';
import type { FactValue } from './schemas/facts.js';

/** One thing of a source and what is known of it: fact names to values, by kind of record, as in `raw_properties`. */
export interface KnownThing {
  readonly key: string;
  readonly kinds: Readonly<Record<string, Readonly<Record<string, FactValue>>>>;
  /** First word of the paths of its facts: for pages the selector set that read them. */
  readonly readBy: string | null;
}

/** A page to learn a layout from. */
export interface SamplePage {
  readonly payload: RawPayload;
  /** What the source held for the search of a page of many, counted over the whole search; null when it is not known. */
  readonly total: number | null;
}

/** How one field was read before, how it would be read, and how often that gives what is known. */
export interface FieldReview {
  readonly field: string;
  /** In words: selector, attribute, pattern. Null: there was none, or none was found. */
  readonly before: string | null;
  readonly after: string | null;
  /** Pages or cards where the proposed place gave what is known, where it gave something else, and where it gave nothing. */
  readonly right: number;
  readonly wrong: number;
  readonly unsaid: number;
  /** Why it was left out; null when it is in the proposal. */
  readonly doubt: string | null;
  readonly examples: readonly { readonly key: string; readonly known: string; readonly read: string | null }[];
}

/** A proposal of how to read a layout that nobody has selectors for. */
export interface SelectorProposal {
  /** Plain data that `Source` reads again from the database. Null: what is in `missing` was not found. */
  readonly set: Json | null;
  readonly missing: readonly string[];
  readonly fields: readonly FieldReview[];
  /** Known facts by name and kind: those that the set gives rightly more often than not at all, of all there are. */
  readonly facts: { readonly found: number; readonly of: number };
  /** Facts read from pages that the proposal was not made from. */
  readonly heldOut: { readonly right: number; readonly wrong: number; readonly unsaid: number; readonly pages: number };
}

/** What a source of pages can do about a changed layout. */
export interface SourceRepair {
  /** Facts that change on every page by themselves, such as a line with the hour of the last update. */
  readonly passing: readonly string[];
  /**
   * Opens the pages that show one known thing, one page of every kind that a walk reads. Those opened so far are given when
   * one is in an unknown layout; a thing that is not there any more is `missing`.
   */
  readKnown(window: Window, thing: KnownThing, signal: AbortSignal): Promise<SourceDetail>;
  /** Opens pages of known things and of whole searches, to learn the layout from; at most some dozens. */
  readSample(window: Window, things: readonly KnownThing[], signal: AbortSignal): Promise<readonly SamplePage[]>;
  /**
   * Pure, and a matter of seconds: finds how redacted pages say what is known.
   * @param name name and version of the set
   */
  propose(name: string, pages: readonly SamplePage[], things: readonly KnownThing[]): SelectorProposal;
}

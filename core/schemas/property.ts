import type { Fact } from './facts.js';
import type { Mode, SourceName } from './names.js';
import type { TextFact } from './text-facts.js';

/** What one source says about one thing, as stored in `raw_properties`. */
export interface StoredRecord {
  /** `ids.recordId(source, key)`. */
  readonly recordId: string;
  readonly source: SourceName;
  readonly key: string;
  readonly propertyId: string;
  readonly zip: string | null;
  readonly facts: readonly Fact[];
}

/** The fact that is shown for a name, and those of other sources or payloads that say something else. */
export interface ChosenFact extends Fact {
  readonly contradictedBy: readonly Fact[];
}

/** One property: the records about it and the value chosen for each name, by a stated rule. */
export interface ComposedProperty {
  readonly propertyId: string;
  /** Compact parcel number; null for a listing without a parcel. */
  readonly parcelNumber: string | null;
  readonly zip: string | null;
  readonly recordIds: readonly string[];
  readonly facts: readonly ChosenFact[];
}

/** Words about a property: by rules alone, or by the model. The model never changes a fact. */
export interface Enrichment {
  /** `rules`: no model was asked yet; `model`: the model's words; `model-failed`: asked, no usable answer, rules' words stay. */
  readonly by: 'rules' | 'model' | 'model-failed';
  readonly description: string;
  readonly keyFeatures: readonly string[];
  /** Model as the server names it; null where rules alone wrote. */
  readonly model: string | null;
  readonly promptVersion: string | null;
  /** Prompt and output tokens spent for this text; a cached answer keeps what it cost once. */
  readonly tokensUsed: number;
  readonly processingMs: number;
  /** What the model read in the remarks where rules and sources say nothing; left out when it read nothing. */
  readonly textFacts?: readonly TextFact[];
}

/** What identifies the world a document belongs to. */
export interface DocumentOrigin {
  readonly mode: Mode;
  readonly market: string;
  readonly runKey: string;
  /** ISO 8601 UTC. */
  readonly processedAt: string;
}

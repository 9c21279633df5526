import type { ComposedProperty, Enrichment } from '../core/schemas/property.js';

/** What came of one request to the model. `failed`: no answer at all (time-out, refusal); the activity is tried again. */
export type LlmOutcome = 'used' | 'invalid' | 'failed' | 'cancelled';

/** One request to the model, as booked. Rows are upserts by `id`, so a repeat books nothing twice. */
export interface LlmCall {
  /** `<cache key>:<attempt>`; attempt 1 is the first question, 2 the repair. */
  readonly id: string;
  /** `describe`: words about a property; `extract`: one question about a sentence of its text. */
  readonly task: 'describe' | 'extract';
  readonly propertyId: string;
  readonly model: string;
  readonly promptVersion: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly outcome: LlmOutcome;
  /** Why the answer was not used; null when it was. */
  readonly reason: string | null;
}

/**
 * What a question led to, before the model's words are set among the rules' sentences. `refused` is kept too: the same question
 * gives the same answer, and many parcels share one. Costs are those of the time it was made. JSON only.
 */
export type CachedAnswer = (
  | {
      readonly status: 'words';
      readonly text: string;
      /** Numbers of the features it chose, as in the question, from 1. */
      readonly chosen: readonly number[];
    }
  | { readonly status: 'refused'; readonly reason: string }
) & { readonly tokensUsed: number; readonly processingMs: number };

/** Answers by content. Keys are SHA-256 of model, prompt and input, so a value never changes its meaning. */
export interface LlmCache {
  /** Null when there is none. */
  get(key: string): Promise<CachedAnswer | null>;
  put(key: string, value: CachedAnswer): Promise<void>;
}

/** What the model gave for a property. */
export type ModelOutcome =
  | { readonly kind: 'words'; readonly enrichment: Enrichment; readonly cached: boolean }
  /** Nothing that words could be made of, so nothing was asked; `enrichment` holds the rules' words as they are. */
  | { readonly kind: 'skipped'; readonly reason: string; readonly enrichment: Enrichment }
  /** No usable answer after one repair try; `enrichment` holds the rules' words, marked `model-failed`. */
  | { readonly kind: 'invalid'; readonly reason: string; readonly enrichment: Enrichment; readonly cached: boolean };

export interface EnrichOptions {
  /** Ask again though the answer is known; the new answer replaces it. */
  readonly fresh?: boolean;
}

export interface Enricher {
  /** Model asked for, as the server names it. */
  readonly model: string;
  /** `describe@1+` and the first 8 digits of the prompt's hash. */
  readonly promptVersion: string;
  /**
   * Asks the model for words about a property, or takes them from the cache. Safe to repeat.
   * @param rules words by rules; they stay when the model gives nothing usable
   * @throws ModelBusy (retried), BadConfig (not retried), what `signal` carries when it is aborted
   */
  enrich(
    property: ComposedProperty,
    rules: Enrichment,
    signal: AbortSignal,
    options?: EnrichOptions,
  ): Promise<ModelOutcome>;
}

import type { Json } from './hash.js';

/** Body of an answer: parsed JSON, or the text of a page. */
export type RawBody = { readonly type: 'json'; readonly json: Json } | { readonly type: 'html'; readonly html: string };

/** One answer of a source as kept. From `Source.readPage` the body is as it came; everywhere after `redact` it is redacted. */
export interface RawPayload {
  /** Kind of answer, for example `search-page`, `parcel`, `results-page`, `listing-page`. */
  readonly kind: string;
  /** Natural key of the thing it is about; null for a page of many. */
  readonly key: string | null;
  /** Address asked, without secrets. */
  readonly url: string;
  /** Id of the request in `fetches`. */
  readonly fetchId: string;
  /** When the answer had arrived whole, ISO 8601 UTC. */
  readonly fetchedAt: string;
  readonly body: RawBody;
}

/**
 * The detail of one key: its payloads, or why there is none (not there, or an answer that could not be used). `lacking` says
 * which of several answers are not among them, and why.
 */
export type SourceDetail =
  | { readonly status: 'found'; readonly payloads: readonly RawPayload[]; readonly lacking?: string }
  | { readonly status: 'missing'; readonly reason: string };

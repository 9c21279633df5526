import type { Channel, TransitionKind } from '../core/schemas/alerts.js';

/** A notice on its way over one channel. */
export interface OutgoingNotice {
  /** The same for every try; every channel puts its own form of it into what is sent. */
  readonly id: string;
  readonly alertId: string;
  readonly kind: TransitionKind;
  readonly title: string;
  readonly body: string;
  /** 1 for the first try. From the second on it is looked up whether the one before arrived, where that can be done. */
  readonly attempt: number;
  /** Addresses for mail; empty: the recipients of the settings. */
  readonly mails: readonly string[];
  readonly phones: readonly string[];
}

/** What became of a notice. */
export type Told =
  | { readonly state: 'delivered'; readonly proof: string }
  /** Refused for good; a repeat cannot help. */
  | { readonly state: 'failed'; readonly reason: string }
  /** The channel is not set up, or there is nobody to tell. */
  | { readonly state: 'skipped'; readonly reason: string };

/** Sends a notice. @throws NetworkError, SourceUnavailable, RateLimited (all retried), BadConfig (final) */
export type Tell = (notice: OutgoingNotice, signal: AbortSignal) => Promise<Told>;
export type Tellers = Readonly<Record<Exclude<Channel, 'digest'>, Tell>>;

/** A notice that is sent in place of one that cannot: why the channel is left out. */
export const skipping =
  (reason: string): Tell =>
  async () => ({ state: 'skipped', reason });

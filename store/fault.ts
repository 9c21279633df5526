import type { KindOrder } from '../domain/compose.js';

/** Something in the database that does not hold together. */
export interface Fault {
  readonly collection: string;
  readonly id: string;
  /** One sentence. */
  readonly wrong: string;
  /** What to do about it. */
  readonly next: string;
}

export interface VerifyOptions {
  /** At most so many documents of each collection, chosen by chance; null: all. */
  readonly sample: number | null;
  readonly kindOrder: KindOrder;
}

/** A fault, or how many documents of a collection were looked at. */
export type Finding =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'checked'; readonly collection: string; readonly documents: number };

export const FROM_BACKUP = 'take it from a backup';

/** What others name and is not there. */
export function lostThing(collection: string, ids: readonly string[]): readonly Fault[] {
  return ids.map((id) => ({ collection, id, wrong: 'it is not there, and others name it', next: FROM_BACKUP }));
}

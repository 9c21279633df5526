import type { FactValue } from './facts.js';

/** What may happen to a listing or a parcel, as told by its source. `docs/decisions/change-events.md` says when each is told. */
export const CHANGE_KINDS = [
  'new',
  'price cut',
  'price rise',
  'status',
  'back on market',
  'gone',
  'sold',
  'owner class',
  'valuation',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Facts of one side of a change, by RESO name; null where the source said nothing. */
export type ChangedValues = Readonly<Record<string, FactValue | null>>;

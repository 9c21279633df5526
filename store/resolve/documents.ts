import type { LinkState } from '../../domain/resolve/decide.js';
import type { Reason } from '../../domain/resolve/reasons.js';

/** `match_keys`: under which keys a record is looked up. Can be made again from `raw_properties` at any time. */
export interface MatchKeysDocument {
  /** `ids.recordId`. */
  readonly _id: string;
  readonly keys: readonly string[];
  readonly isListing: boolean;
}

/** Who judged a pair: the rules, by their name, or a person. */
export type DecidedBy = { readonly rule: string } | { readonly person: string; readonly note: string };

/** `entity_links`: how a listing stands to a property. Never removed: what was taken back stays as `apart` with its log. */
export interface EntityLinkDocument {
  /** `linkId` of record and property. */
  readonly _id: string;
  readonly recordId: string;
  readonly propertyId: string;
  /** Property that the record goes back to. */
  readonly ownId: string;
  readonly market: string;
  readonly state: LinkState;
  /** 0 to 1. */
  readonly score: number;
  readonly reasons: readonly Reason[];
  /** Records of the other side that were compared. */
  readonly comparedWith: readonly string[];
  readonly decidedBy: DecidedBy;
  /** True when a person is asked about it. */
  readonly asks: boolean;
  readonly at: Date;
  /** Every state it had, the oldest first. */
  readonly log: readonly LinkLogRow[];
}

interface LinkLogRow {
  readonly state: LinkState;
  readonly score: number;
  readonly decidedBy: DecidedBy;
  readonly at: Date;
}

/** `entity_labels`: a person's word on a pair. Rows are only ever added; the latest of a pair holds. */
export interface EntityLabelDocument {
  readonly recordId: string;
  readonly propertyId: string;
  readonly label: 'merged' | 'apart';
  readonly by: string;
  readonly note: string;
  readonly at: Date;
}

/** `reviews`: something that a person should look at. */
export interface ReviewDocument {
  /** Market and link id. */
  readonly _id: string;
  readonly market: string;
  /** Whether a listing and a property are one. */
  readonly kind: 'same-property';
  readonly linkId: string;
  readonly recordId: string;
  readonly propertyId: string;
  readonly score: number;
  readonly reasons: readonly Reason[];
  /** Records to look at side by side: that of the listing, and those that it was compared with. */
  readonly left: readonly string[];
  readonly right: readonly string[];
  /** `settled`: the records say it by themselves now. */
  readonly state: 'open' | 'decided' | 'settled';
  readonly decision: { readonly label: LinkState; readonly by: string; readonly note: string } | null;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}

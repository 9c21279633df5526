/** What one reason rests on: the values of both sides as they stand in their records, many in one text. */
export interface ReasonEvidence {
  readonly left: string;
  readonly right: string;
}

/** One reason for or against two things being one. */
export interface Reason {
  /** For example `parcel-number`, `address`, `living-area-differs`. */
  readonly name: string;
  /** Bits: how much likelier (above 0) or less likely (below) the pair is one, doubled for each. */
  readonly weight: number;
  /** `doubt`: no rule may merge in spite of it. `other`: it speaks of another thing. Null: neither. */
  readonly against: 'doubt' | 'other' | null;
  readonly evidence: ReasonEvidence;
}

/** What the rules make of a pair: one thing, a person's question, or two things. */
export type Band = 'merge' | 'review' | 'apart';

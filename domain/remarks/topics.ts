import type { Confidence } from '../../core/schemas/text-facts.js';

/** What remarks can tell that no field of a source does. */
export const REMARK_TOPICS = [
  'pool',
  'community pool',
  'solar',
  'flood irrigation',
  'hoa',
  'garage',
  'cooling',
  'roof',
  'roof year',
  'rv parking',
  'guest house',
  'fireplace',
  'updated kitchen',
  'covered patio',
  'corner lot',
  'cul-de-sac lot',
  'vaulted ceilings',
  'fenced yard',
] as const;
export type RemarkTopic = (typeof REMARK_TOPICS)[number];

/** One statement of the remarks: what, and where it stands. */
export interface RemarkFinding {
  readonly topic: RemarkTopic;
  /** False: the remarks say that there is none. */
  readonly present: boolean;
  /** What the remarks add: `owned`, `leased`, `tile`, `evaporative`, `$45 monthly`, `2`; null for no more than "there is one". */
  readonly detail: string | null;
  /** How sure the reading is (`confidenceOf`). */
  readonly confidence: Confidence;
  /** Span in the remarks, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** A statement in folded text. `completed`: code had to add what the words leave out, such as the month of a fee. */
export interface Statement extends Omit<RemarkFinding, 'confidence'> {
  readonly completed?: boolean;
}

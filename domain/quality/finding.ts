import type { FactValue } from '../../core/schemas/facts.js';
import type { SourceName } from '../../core/schemas/names.js';

/** `hard`: cannot be true, so the fact is not shown. `soft`: can hardly be true; shown, and costs points. */
export type Severity = 'hard' | 'soft';

/** What a rule found about a property. */
export interface Finding {
  /** Name of the rule; `docs/quality.md` lists them. */
  readonly code: string;
  readonly severity: Severity;
  /** RESO names of the facts it is about. */
  readonly names: readonly string[];
  readonly sources: readonly SourceName[];
  /** One sentence with the values. */
  readonly explanation: string;
  /** A value that would be right by the rule and could be what was meant. Listed for a person, never applied. Null: none is safe. */
  readonly correction: Correction | null;
}

export interface Correction {
  readonly name: string;
  readonly from: FactValue;
  readonly to: FactValue;
  /** Why it could be meant. */
  readonly why: string;
}

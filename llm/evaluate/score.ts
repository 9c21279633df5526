import {
  CONFIDENCE_CLASSES,
  type Confidence,
  TEXT_FIELDS,
  type TextFact,
  type TextField,
} from '../../core/schemas/text-facts.js';
import type { LabelledText } from './sets.js';

/** A listing and what was read of it. */
export interface Reading {
  readonly listing: LabelledText;
  readonly facts: readonly TextFact[];
}

/** Shares from 0 to 1, four digits. Null: nothing to divide by. */
export interface FieldFigures {
  /** How often it is stated. */
  readonly stated: number;
  readonly right: number;
  /** Read, and not what the text says. A wrong value of a stated field counts here and as missed. */
  readonly wrong: number;
  readonly missed: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

export interface Figures {
  /** Mean of the fields' F1; fields that are neither stated nor read are left out. */
  readonly macroF1: number;
  readonly fields: Readonly<Partial<Record<TextField, FieldFigures>>>;
  /** Facts whose words stand in the text just where the fact says, over all facts. */
  readonly grounded: number;
  readonly classes: Readonly<Record<Confidence, { readonly facts: number; readonly precision: number | null }>>;
}

/** Counts what was read right, wrong and not at all. Fields that a listing does not judge are left out. Pure. */
export function scoreReadings(readings: readonly Reading[]): Figures {
  const fields = TEXT_FIELDS.flatMap((field) => {
    const judged = readings.filter(({ listing }) => listing.facts[field] !== undefined);
    return judged.length === 0 ? [] : [[field, fieldFigures(field, judged)] as const];
  });
  const told = fields.flatMap(([, { f1 }]) => (f1 === null ? [] : [f1]));
  const facts = readings.flatMap(({ listing, facts: read }) => read.map((fact) => ({ fact, listing })));
  const grounded = facts.filter(({ fact, listing }) => isGrounded(fact, listing.text));
  const classes = CONFIDENCE_CLASSES.map((confidence) => {
    const own = facts.filter(
      ({ fact, listing }) => fact.confidence === confidence && listing.facts[fact.field] !== undefined,
    );
    const right = own.filter(({ fact, listing }) => listing.facts[fact.field] === fact.value);
    return [confidence, { facts: own.length, precision: share(right.length, own.length) }] as const;
  });
  return {
    macroF1: told.length === 0 ? 0 : rounded(told.reduce((sum, f1) => sum + f1, 0) / told.length),
    fields: Object.fromEntries(fields),
    grounded: share(grounded.length, facts.length) ?? 1,
    classes: { high: NOTHING, medium: NOTHING, low: NOTHING, ...Object.fromEntries(classes) },
  };
}

const NOTHING = { facts: 0, precision: null };

/** True when the words of a fact stand in the text just where it says. */
export function isGrounded({ span }: Pick<TextFact, 'span'>, text: string): boolean {
  return span.start >= 0 && span.start < span.end && text.slice(span.start, span.end) === span.quote;
}

function fieldFigures(field: TextField, judged: readonly Reading[]): FieldFigures {
  const pairs = judged.map(({ listing, facts }) => ({
    truth: listing.facts[field] ?? null,
    read: facts.find((fact) => fact.field === field)?.value ?? null,
  }));
  const stated = pairs.filter(({ truth }) => truth !== null).length;
  const read = pairs.filter((pair) => pair.read !== null).length;
  const right = pairs.filter((pair) => pair.read !== null && pair.read === pair.truth).length;
  return {
    stated,
    right,
    wrong: read - right,
    missed: stated - right,
    precision: share(right, read),
    recall: share(right, stated),
    f1: share(2 * right, stated + read),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(part / whole);
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

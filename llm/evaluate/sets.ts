import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../core/paths.js';
import { TEXT_FIELDS, type TextField, type TextValue } from '../../core/schemas/text-facts.js';

export const SET_NAMES = ['sandbox', 'hand'] as const;
export type SetName = (typeof SET_NAMES)[number];

/** A text with what a careful reader takes from it. */
export interface LabelledText {
  readonly id: string;
  /** How it is written, or the half of the set it is in. */
  readonly group: string;
  readonly text: string;
  /** Null: the text does not say. A field that is left out was not judged. */
  readonly facts: Readonly<Partial<Record<TextField, TextValue | null>>>;
}

export interface EvaluationSet {
  readonly name: SetName;
  readonly listings: readonly LabelledText[];
}

const value = z.union([z.string(), z.number(), z.boolean()]).nullable();
const file = z.object({
  listings: z
    .array(
      z.object({
        id: z.string(),
        half: z.enum(['tuning', 'held-out']).optional(),
        style: z.string().optional(),
        text: z.string(),
        facts: z.partialRecord(z.enum(TEXT_FIELDS), value),
      }),
    )
    .min(1),
});

/**
 * Reads a set from `config/evaluation/`. In the set written by hand every field is judged; in the drawn one those that its file names.
 * @throws Error when the file is not there or of another form: the program is not whole
 */
export function loadSet(name: SetName): EvaluationSet {
  const { listings } = file.parse(JSON.parse(readFileSync(evaluationFile(`${name}.json`), 'utf8')));
  const unsaid = name === 'hand' ? Object.fromEntries(TEXT_FIELDS.map((field) => [field, null])) : {};
  return {
    name,
    listings: listings.map(({ id, half, style, text, facts }) => ({
      id,
      group: half ?? style ?? name,
      text,
      facts: { ...unsaid, ...facts },
    })),
  };
}

/** Place of a file of the evaluation. */
export function evaluationFile(name: string): string {
  return join(projectRoot(), 'config', 'evaluation', name);
}

import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CONFIDENCE_CLASSES, TEXT_FIELDS } from '../../core/schemas/text-facts.js';
import type { Figures } from './score.js';
import { evaluationFile, SET_NAMES, type SetName } from './sets.js';

/** Figures of one way of reading, as they are held against later ones. */
const committed = z.object({
  macroF1: z.number(),
  grounded: z.number(),
  /** F1 by field. */
  fields: z.partialRecord(z.enum(TEXT_FIELDS), z.number()),
  /** Precision by class; null: no fact was of it. */
  classes: z.partialRecord(z.enum(CONFIDENCE_CLASSES), z.number().nullable()),
});
const file = z.object({
  /** By `<set>` and, for the set written by hand, `<set> <half>`. */
  rules: z.record(z.string(), committed),
  /** With the model named, for the fields that `config/extraction.json` lets it read. */
  model: z.object({ name: z.string(), promptVersion: z.string(), sets: z.record(z.string(), committed) }).nullable(),
});
export type Committed = z.infer<typeof committed>;
export type CommittedFigures = z.infer<typeof file>;

const NAME = 'figures.json';

/** The figures that new ones are held against. @throws Error when the file is not there or of another form */
export function loadFigures(): CommittedFigures {
  return file.parse(JSON.parse(readFileSync(evaluationFile(NAME), 'utf8')));
}

/** Makes these the figures to hold against. */
export function writeFigures(figures: CommittedFigures): void {
  writeFileSync(evaluationFile(NAME), `${JSON.stringify(file.parse(figures), null, 2)}\n`);
}

/** What is kept of figures. */
export function toCommitted({ macroF1, grounded, fields, classes }: Figures): Committed {
  return {
    macroF1,
    grounded,
    fields: Object.fromEntries(Object.entries(fields).flatMap(([field, { f1 }]) => (f1 === null ? [] : [[field, f1]]))),
    classes: Object.fromEntries(Object.entries(classes).map(([name, { precision }]) => [name, precision])),
  };
}

/**
 * What is worse than it was, a sentence each; empty when nothing is. Precision of a class counts only where it had facts both times.
 * Pure.
 */
export function worseThan(name: string, before: Committed | undefined, now: Committed): readonly string[] {
  if (before === undefined) return [`${name}: no figures are committed`];
  const pairs: readonly (readonly [string, number | null | undefined, number | null | undefined])[] = [
    ['macro F1', before.macroF1, now.macroF1],
    ['grounded share', before.grounded, now.grounded],
    ...TEXT_FIELDS.map((field) => [`F1 of ${field}`, before.fields[field], now.fields[field]] as const),
    ...CONFIDENCE_CLASSES.map((kind) => [`precision of ${kind}`, before.classes[kind], now.classes[kind]] as const),
  ];
  return pairs.flatMap(([what, was, is]) =>
    typeof was === 'number' && typeof is === 'number' && is < was ? [`${name}: ${what} is ${is}, it was ${was}`] : [],
  );
}

/** Names under which figures of a set are kept: the set, and its halves. */
export function groupsOf(set: SetName): readonly string[] {
  return set === 'hand' ? [set, `${set} tuning`, `${set} held-out`] : [set];
}

export const ALL_GROUPS = SET_NAMES.flatMap(groupsOf);

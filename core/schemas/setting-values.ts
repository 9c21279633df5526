import type { z } from 'zod';
import { type RuleChange, ruleChange } from './alerts.js';
import { type Person, person, type Rotation, rotation } from './roster.js';

/** Changes of alert rules as they are stored, by rule name. What is not understood is left out: the rule of the file holds. */
export const readRuleChanges = (stored: ReadonlyMap<string, unknown>): ReadonlyMap<string, RuleChange> =>
  understood(ruleChange, stored);

/** People as they are stored, by id. */
export const readPeople = (stored: ReadonlyMap<string, unknown>): ReadonlyMap<string, Person> =>
  understood(person, stored);

/** Rotations as they are stored, by role. */
export const readRotations = (stored: ReadonlyMap<string, unknown>): ReadonlyMap<string, Rotation> =>
  understood(rotation, stored);

function understood<T>(schema: z.ZodType<T>, stored: ReadonlyMap<string, unknown>): ReadonlyMap<string, T> {
  return new Map(
    [...stored].flatMap(([subject, value]) => {
      const checked = schema.safeParse(value);
      return checked.success ? [[subject, checked.data] as const] : [];
    }),
  );
}

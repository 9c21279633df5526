import { z } from 'zod';
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

const tuning = z.strictObject({
  size: z.number().int().min(5).max(100),
  lanes: z.number().int().min(1).max(5),
  msPerProperty: z.number().nonnegative(),
});

/** How batches of the model begin, as people applied it, with the time a property took before. */
export const readTuning = (stored: ReadonlyMap<string, unknown>): ReadonlyMap<string, z.infer<typeof tuning>> =>
  understood(tuning, stored);

function understood<T>(schema: z.ZodType<T>, stored: ReadonlyMap<string, unknown>): ReadonlyMap<string, T> {
  return new Map(
    [...stored].flatMap(([subject, value]) => {
      const checked = schema.safeParse(value);
      return checked.success ? [[subject, checked.data] as const] : [];
    }),
  );
}

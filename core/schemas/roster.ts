import { z } from 'zod';

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters, digits and dashes');
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

/** Levels of escalation that people answer; L1 is the machine. */
export const LEVELS = ['L2', 'L3', 'L4'] as const;
export type Level = (typeof LEVELS)[number];

const role = z.strictObject({
  role: id,
  level: z.enum(LEVELS),
  duties: z.string(),
  /** Minutes in which it answers what is critical (R-OP, Internal Communication Structure). */
  answersWithinMinutes: z.number().positive(),
});

/** A person with the ways to reach them. */
export const person = z.strictObject({
  name: z.string().min(1).max(100),
  roles: z.array(id).min(1),
  mail: z.email().nullable(),
  /** E.164, for SMS. */
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'must be in the form +16025550123')
    .nullable(),
  /** When they can be reached, in the zone of the market; null for always. */
  hours: z.strictObject({ from: clock, to: clock }).nullable(),
});
export type Person = z.infer<typeof person>;

/** Who of a role is on call, in turns. */
export const rotation = z.strictObject({
  people: z.array(id).min(1),
  /** Day on which the first of them begins. */
  from: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  everyDays: z.number().int().min(1).max(90),
});
export type Rotation = z.infer<typeof rotation>;

const provider = z.strictObject({ name: z.string(), contact: z.string(), answers: z.string() });

/** `config/roster.json`. People and rotations may be added by settings; none are made up. */
export const roster = z.strictObject({
  roles: z.array(role).min(1),
  people: z.record(id, person),
  rotations: z.record(id, rotation),
  providers: z.array(provider),
});
export type Roster = z.infer<typeof roster>;

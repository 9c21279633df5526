import { z } from 'zod';
import { MODES } from './names.js';

/** Parts of the local stack, in the order in which they start. They stop in the reverse order. */
export const PART_NAMES = ['temporal', 'mongodb', 'llm', 'browser', 'sandbox', 'worker'] as const;
export type PartName = (typeof PART_NAMES)[number];

const partState = z.object({
  /** `own`: a program of this project. `absent`: not there, `line` says what to install. */
  how: z.enum(['environment', 'path', 'managed', 'own', 'absent']),
  version: z.string().nullable(),
  /** Address, or program file of the browser; null when there is none, or when it was given and may hold a password. */
  address: z.string().nullable(),
  /** Process started by this stack; null when it started none. */
  pid: z.int().nullable(),
  /** Kernel's start time of that process, since ids are used again; `''` where the system tells none. */
  startMark: z.string(),
  /** Log file; null when the stack started no process. */
  log: z.string().nullable(),
  /** What was chosen and why, in one line for people. */
  line: z.string(),
});

/** Content of `<dataFolder>/stack.json`. */
export const stackStateSchema = z.object({
  schemaVersion: z.literal(1),
  mode: z.enum(MODES),
  /** Process that watches the parts. */
  pid: z.int(),
  startMark: z.string(),
  startedAt: z.iso.datetime(),
  /** True when it goes on without the command that started it (`--keep`, `phx stack up`). */
  detached: z.boolean(),
  sandboxArgs: z.array(z.string()),
  parts: z.partialRecord(z.enum(PART_NAMES), partState),
  /** Environment variables that point at this stack; addresses a person gave are not repeated here. */
  variables: z.record(z.string(), z.string()),
});

export type PartState = Readonly<z.infer<typeof partState>>;
export type StackState = Readonly<z.infer<typeof stackStateSchema>>;

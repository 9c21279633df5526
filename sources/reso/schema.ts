import { z } from 'zod';
import { WALK_PARTS } from '../../core/schemas/collect.js';

/** Most rows of a page that are read; no licence allows more (contract, read 2025-07: 2,000 at most). */
const MOST_ROWS = 2_000;
/** Longest address of a next page. */
const LONGEST_LINK = 8_000;
/** Pages after which the walk of a ZIP code goes in a circle: 25,000 listings at the smallest page. */
export const MOST_PAGES = 1_000;

const whole = z.number().int().nonnegative();

/** A page of an OData collection. Unknown extra fields are let through. */
export const pageEnvelope = z.object({
  value: z.array(z.unknown()).max(MOST_ROWS),
  // A text where the service was asked for IEEE754Compatible numbers (OData JSON Format 4.01, 3.2).
  '@odata.count': z
    .union([
      whole,
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .optional(),
  '@odata.nextLink': z.string().min(1).max(LONGEST_LINK).optional(),
});

/** Answer of a token service (RFC 6749, 5.1). */
export const tokenAnswer = z.object({
  access_token: z.string().min(1).max(LONGEST_LINK),
  /** Seconds. */
  expires_in: z
    .union([
      z.number().positive(),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .optional(),
});

/** Row of a list of keys. */
export const keyRow = z.object({
  ListingKey: z.string({ error: 'has another type' }).trim().min(1, 'is empty').max(255, 'is too long'),
});

/** Fields without which a row is not understood. All else may be null or missing. */
export const mandatoryRow = keyRow.extend({
  StandardStatus: z.string({ error: 'has another type' }).trim().min(1, 'is empty'),
  ListPrice: z.number({ error: 'has another type' }).nullable(),
  ModificationTimestamp: z.string({ error: 'has another type' }).trim().min(1, 'is empty'),
});

const instant = z.iso.datetime({ precision: 3 });

/** Part of a walk. The span belongs to `changes` and `past`; `keys` carries that of the changes that follow it. */
const walkSpan = z.object({
  part: z.enum(WALK_PARTS),
  since: instant.nullable(),
  until: instant.nullable(),
});
export type WalkSpan = z.infer<typeof walkSpan>;

/** Where a walk stands. */
export const walkCursor = z.object({
  /** Address of the next page as the service gave it; null: the page after `seen` rows is asked for. */
  next: z.string().min(1).max(LONGEST_LINK).nullable(),
  /** Rows passed in this pass. */
  seen: whole,
  /** Rows there were when this pass began; null when the service did not say. */
  total: whole.nullable(),
  pass: z.union([z.literal(1), z.literal(2)]),
  /** Pages read in all. */
  pages: z.number().int().min(1).max(MOST_PAGES),
  /** Left out: a whole walk. */
  span: walkSpan.exactOptional(),
});
export type WalkCursor = z.infer<typeof walkCursor>;

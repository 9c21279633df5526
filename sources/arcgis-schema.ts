import { z } from 'zod';

/** Answer to `returnCountOnly`. */
export const countEnvelope = z.object({ count: z.number().int().nonnegative() });

/** A page of rows. Unknown extra fields are let through. */
export const pageEnvelope = z.object({
  features: z.array(z.unknown()),
  /** True: more rows follow. Left out by the server when it is false. */
  exceededTransferLimit: z.boolean().optional(),
});

/** How a mandatory field must look: a text, or one value or nothing. */
export const scalar = z.union([z.string(), z.number(), z.null()], { error: 'has another type' });

/** Where a walk stands. */
export const walkCursor = z.object({
  /** Rows passed in this pass. */
  offset: z.number().int().nonnegative(),
  /** Rows that the layer counted when this pass began. */
  total: z.number().int().nonnegative(),
  pass: z.union([z.literal(1), z.literal(2)]),
  /** Mark of the rows of the page before; left out on the first of a pass. */
  mark: z.string().max(64).exactOptional(),
});
export type WalkCursor = z.infer<typeof walkCursor>;

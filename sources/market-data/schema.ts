import { z } from 'zod';

/** Answer of the census: rows of texts, the first names the columns. */
export const acsTable = z
  .array(z.array(z.union([z.string(), z.null()])).max(50))
  .min(1)
  .max(40_000);

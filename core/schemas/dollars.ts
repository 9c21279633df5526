import { z } from 'zod';

/** An amount in US dollars as providers write it: a number, or its decimals as text. Anything else is no amount. */
export const dollars = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,9}(\.\d{1,10})?$/)
    .transform(Number),
]);

/** The currency of an answer, which the contracts do not name; where one is named all the same, it must be ours. */
export const currency = z.string().regex(/^usd$/i).exactOptional();

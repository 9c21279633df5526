import { z } from 'zod';

/** What every card and every detail page must state; without one of these the row is a reject. All else may be missing. */
export const mandatorySchema = z.object({
  /** Listing key of ARMLS. */
  key: z.string({ error: 'has no MLS number' }).regex(/^\d{7}$/, 'has no MLS number of seven digits'),
  address: z.string({ error: 'has no address' }).min(5, 'has no address'),
  /** US dollars; zero means "no price" on this site. */
  listPrice: z.number({ error: 'has no price' }).positive('has no price').max(1_000_000_000, 'has no credible price'),
});
export type Mandatory = z.infer<typeof mandatorySchema>;

/** Place of a walk over results pages. */
export const cursorSchema = z.object({
  /** Page to read next, from 1. */
  page: z.int().min(1).max(10_000),
  /** Cards on the pages of this pass before. */
  seen: z.int().min(0),
  /** Matches when this pass began. */
  total: z.int().min(0).nullable().default(null),
  pass: z.union([z.literal(1), z.literal(2)]).default(1),
  /** Whether the number of matches differed on any page of this pass. */
  moved: z.boolean().default(false),
  /** Mark of the rows of the page before; left out on the first of a pass. */
  mark: z.string().max(64).exactOptional(),
});
export type ResultsCursor = z.infer<typeof cursorSchema>;

const placesSchema = z.array(
  z.object({ at: z.string().max(500), attribute: z.string().max(100).nullable(), pattern: patternSchema().nullable() }),
);
const rowsSchema = z.object({
  label: z.string().max(500),
  value: z.string().max(500).nullable(),
  names: z.record(z.string(), z.object({ label: z.string().max(200), pattern: patternSchema().nullable() })),
});
const listingPlacesSchema = z.object({
  key: placesSchema,
  address: placesSchema,
  price: placesSchema,
  status: placesSchema.nullable(),
  beds: placesSchema,
  baths: placesSchema,
  area: placesSchema,
  photos: placesSchema,
  rows: rowsSchema.nullable(),
});

/** A regular expression that can be made; a stored one that cannot would stop every page. */
function patternSchema() {
  return z
    .string()
    .max(500)
    .refine((text) => {
      try {
        new RegExp(text, 'i');
        return true;
      } catch {
        return false;
      }
    }, 'is no pattern');
}

/** A `SelectorSet` as it is stored after its approval. */
export const selectorSetSchema = z.object({
  name: z.string().min(1).max(100),
  results: z.object({
    count: placesSchema,
    card: z.string().min(1).max(500),
    listing: listingPlacesSchema,
    link: placesSchema,
    pagination: z.string().min(1).max(500),
  }),
  detail: z.object({
    proof: z.string().min(1).max(500),
    listing: listingPlacesSchema,
    remarks: placesSchema,
    remarksHeading: z.string().max(200).nullable(),
  }),
  disclosure: placesSchema,
});

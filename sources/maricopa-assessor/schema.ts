import { z } from 'zod';
import { fieldOf, isObject } from '../../domain/readings.js';

/** Rows on a page of every search; there is no page-size parameter (Assessor API paper, read 2025-07; recorded). */
export const PAGE_ROWS = 25;

/** Envelope of every search. Unknown extra fields are let through. */
export const searchEnvelope = z.object({
  TOTAL: z.number().int().nonnegative(),
  Results: z.array(z.unknown()).max(PAGE_ROWS),
});

/** Where a walk stands. */
export const walkCursor = z.object({
  /** Counts from 1. */
  page: z.number().int().min(1),
  /** TOTAL when this pass began. */
  total: z.number().int().nonnegative(),
  pass: z.union([z.literal(1), z.literal(2)]),
  /** Whether TOTAL differed on any page of this pass. */
  moved: z.boolean(),
  /** Mark of the rows of the page before; left out on the first of a pass. */
  mark: z.string().max(64).exactOptional(),
});
export type WalkCursor = z.infer<typeof walkCursor>;

/**
 * How a mandatory field must look. `text`: not empty. `scalar`: there, and one value or nothing (null, `[]`). `list`. `block`: an
 * object, or nothing.
 */
type Shape = 'text' | 'scalar' | 'list' | 'block';
export type Mandatory = Readonly<Record<string, Shape>>;

/** A mandatory field that is not there, or not in its shape. */
export interface MandatoryFault {
  readonly field: string;
  readonly problem: 'is missing' | 'has another type';
}

/** Fields without which a row or block is not understood; all of them are in every recorded answer. */
export const MANDATORY = {
  searchRow: { APN: 'text', SitusAddress: 'scalar', SitusCity: 'scalar', SitusZip: 'scalar', PropertyType: 'scalar' },
  rentalRow: { APN: 'text', Address: 'scalar', City: 'scalar', Zip: 'scalar' },
  accountRow: { AccountNo: 'text', SitusCity: 'scalar', SitusZip: 'scalar' },
  subdivisionRow: { SubdivisionName: 'text' },
  parcel: { Owner: 'block', Valuations: 'list', ResidentialPropertyData: 'block' },
  property: { PropertyAddress: 'scalar', PropertyType: 'scalar', LotSize: 'scalar' },
  address: { PropertyAddress: 'scalar' },
  residential: { LivableSpace: 'scalar', ConstructionYear: 'scalar', Pool: 'scalar' },
  owner: { SalePrice: 'scalar', SaleDate: 'scalar' },
  valuation: { TaxYear: 'text', FullCashValue: 'scalar', LimitedPropertyValue: 'scalar' },
  improvement: { ImprovementNumber: 'text' },
  nothing: {},
} as const satisfies Readonly<Record<string, Mandatory>>;

/** Faults of the mandatory fields of one object; of `block` itself when it is none. */
export function mandatoryFaults(block: unknown, mandatory: Mandatory): readonly MandatoryFault[] {
  return Object.entries(mandatory).flatMap(([field, shape]): readonly MandatoryFault[] => {
    const value = fieldOf(block, field);
    if (value === undefined) return [{ field, problem: 'is missing' }];
    return hasShape(value, shape) ? [] : [{ field, problem: 'has another type' }];
  });
}

function hasShape(value: unknown, shape: Shape): boolean {
  const isNothing = value === null || (Array.isArray(value) && value.length === 0);
  if (shape === 'text') return typeof value === 'string' && value.trim() !== '';
  if (shape === 'list') return Array.isArray(value);
  if (shape === 'block') return isNothing || isObject(value);
  return isNothing || typeof value !== 'object';
}

import { z } from 'zod';
import { currency, dollars } from './dollars.js';

/**
 * One page of the proxy list of WebShare, `GET /api/v2/proxy/list/` (apidocs.webshare.io/proxy-list, read 2026-11-22). Rows are
 * read one by one with `webshareProxy`, so that a bad one costs itself alone.
 */
export const webshareProxyPage = z.object({
  /** Rows over all pages. */
  count: z.number().int().min(0),
  /** Address of the next page; null on the last. Never followed: it could lead anywhere. */
  next: z.string().nullable(),
  results: z.array(z.unknown()).max(1_000),
});

const HEADER_TEXT = /^[\x21-\x7e]+$/;
const credential = z.string().min(1).max(200).regex(HEADER_TEXT, 'must be printable text');

/** One proxy of that list; fields that are not named are let through and not kept. */
export const webshareProxy = z.object({
  id: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be letters, digits, - and _'),
  /** Without a colon, which would end it in the header of the proxy. */
  username: credential.refine((text) => !text.includes(':'), 'must have no colon'),
  /** Secret. */
  password: credential,
  /** Null for residential plans, which have no address of their own in direct mode. */
  proxy_address: z.string().max(45).nullable(),
  port: z.number().int().min(1).max(65_535),
  /** What the service's own check found, twice a minute. */
  valid: z.boolean(),
  country_code: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capitals')
    .nullable()
    .catch(null),
});
export type WebshareProxy = z.infer<typeof webshareProxy>;

/** `GET /api/v2/subscription/` (apidocs.webshare.io/subscription, read 2026-11-22). */
export const webshareSubscription = z.looseObject({
  plan: z.number().int().positive(),
  term: z.enum(['monthly', 'yearly']),
});

const price = dollars.pipe(z.number().min(0).max(100_000));
/** `GET /api/v2/subscription/plan/<id>/` (apidocs.webshare.io/subscription/plan, read 2026-11-22): US dollars. */
export const websharePlan = z.looseObject({ monthly_price: price, yearly_price: price, currency });

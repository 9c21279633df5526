import { z } from 'zod';
import { currency, dollars } from './dollars.js';
import type { SourceName } from './names.js';

/** Kinds of captcha that can be handed to the service. */
export type CaptchaKind = 'recaptcha-v2' | 'turnstile';

/** A captcha as it stands on a page. */
export interface CaptchaChallenge {
  readonly kind: CaptchaKind;
  /** Public key of the site, from the widget. */
  readonly siteKey: string;
  /** True for a reCAPTCHA without a box to tick. */
  readonly invisible: boolean;
  /** One-time value that some pages carry: `data-s` of reCAPTCHA, `data-cdata` of Turnstile. Null without one. */
  readonly data: string | null;
}

/** A captcha that somebody may be asked to solve, and for whom. */
export interface CaptchaTask {
  readonly source: SourceName;
  readonly challenge: CaptchaChallenge;
  /** Address of the page that shows it. */
  readonly pageUrl: string;
}

/**
 * What became of a paid task. `creating`: asked for, no id yet; `open`: being solved; `used`: its token went to the site;
 * `accepted`, `rejected`: by the site; `unsolvable`: says the service; `expired`: too old to be used; `lost`: whether it was
 * created is not known. Only `creating` and `open` change further, and `used` to `accepted` or `rejected`.
 */
export const CAPTCHA_STATES = [
  'creating',
  'open',
  'used',
  'accepted',
  'rejected',
  'unsolvable',
  'expired',
  'lost',
] as const;
export type CaptchaState = (typeof CAPTCHA_STATES)[number];

const errorFields = { errorId: z.number().int(), errorCode: z.string().nullish() };

/** What every answer of the service has (2captcha.com/api-docs, read 2026-11). `errorId` 0 means no error. */
export const captchaAnswer = z.looseObject(errorFields);

const taskId = z.union([
  z.number().int().positive().transform(String),
  z.string().regex(/^[\w-]{1,64}$/, 'must be an id'),
]);

/** Answer to `createTask` without error. */
export const createdTask = z.object({ taskId });

/** A token is text in one piece: it goes into a field of a page. */
const token = z.string().regex(/^[!-~]{10,10000}$/, 'must be a token');

/** Answer to `getTaskResult` without error. The price is text in US dollars (`"0.00299"`). */
export const taskResult = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('processing') }),
  z.looseObject({
    status: z.literal('ready'),
    solution: z.union([
      z.looseObject({ gRecaptchaResponse: token }).transform(({ gRecaptchaResponse }) => gRecaptchaResponse),
      z.looseObject({ token }).transform((solution) => solution.token),
    ]),
    cost: z.unknown().optional(),
  }),
]);

/** Answer to `getBalance` without error: US dollars. */
export const accountBalance = z.looseObject({
  balance: dollars.pipe(z.number().min(-1_000_000).max(1_000_000)),
  currency,
});

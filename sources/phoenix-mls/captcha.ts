import { type CheerioAPI, load } from 'cheerio';
import type { CaptchaChallenge } from '../../core/schemas/captcha.js';
import type { PageAnswer } from '../../net/page-visit.js';

/** Box of a captcha that can be answered. */
export const CAPTCHA_BOX = '.g-recaptcha, .cf-turnstile';

const SITE_KEY = /^[\w.-]{8,100}$/;

/**
 * The captcha of a page that can be answered: the box of reCAPTCHA v2 or Turnstile, with a form around it or a function of the
 * page that takes the token. Null for every other kind (Enterprise, hCaptcha, whole challenge pages): those stay walls. What
 * marks them is from the public documents of their makers, read 2026-11; none was seen on the site.
 */
export function captchaIn({ html }: Pick<PageAnswer, 'html'>): CaptchaChallenge | null {
  const $ = load(html);
  if ($('script[src*="recaptcha/enterprise"]').length > 0) return null;
  return (
    widgetIn($, 'recaptcha-v2', '.g-recaptcha', 'data-s') ?? widgetIn($, 'turnstile', '.cf-turnstile', 'data-cdata')
  );
}

function widgetIn(
  $: CheerioAPI,
  kind: CaptchaChallenge['kind'],
  place: string,
  dataOf: string,
): CaptchaChallenge | null {
  const box = $(place).first();
  const siteKey = box.attr('data-sitekey')?.trim() ?? '';
  const canBeSent = box.closest('form').length > 0 || (box.attr('data-callback') ?? '') !== '';
  if (!SITE_KEY.test(siteKey) || !canBeSent) return null;
  const data = box.attr(dataOf)?.trim() ?? '';
  return { kind, siteKey, invisible: box.attr('data-size') === 'invisible', data: data === '' ? null : data };
}

import type { Page } from 'playwright';
import { Blocked } from '../../core/errors.js';
import type { CaptchaKind } from '../../core/schemas/captcha.js';
import type { SourceName } from '../../core/schemas/names.js';

/** A token for the captcha that a page shows. */
export interface CaptchaAnswer {
  readonly kind: CaptchaKind;
  readonly token: string;
}

interface Sending {
  readonly source: SourceName;
  readonly url: string;
  readonly waitFor: string | null;
  readonly navigationTimeoutMs: number;
}

/** Where a widget stands, and the fields its script fills (documents of reCAPTCHA v2 and Turnstile, read 2026-11). */
const WIDGETS = {
  'recaptcha-v2': { widget: '.g-recaptcha', fields: ['g-recaptcha-response'] },
  turnstile: { widget: '.cf-turnstile', fields: ['cf-turnstile-response'] },
} as const;

/**
 * Does in the page what the widget and its visitor would do: fills the field, which is made where the widget's script has not
 * run, then calls the page's own function for tokens, or else sends the form around the widget.
 */
const IN_PAGE = `({ token, widget, fields }) => {
  const box = document.querySelector(widget);
  const form = box && box.closest('form');
  for (const name of fields) {
    let field = document.querySelector('[name="' + name + '"]');
    if (!field) {
      field = document.createElement('textarea');
      field.name = name;
      field.hidden = true;
      (form || box || document.body).append(field);
    }
    field.value = token;
  }
  const callback = box && window[box.getAttribute('data-callback') || ''];
  if (typeof callback === 'function') setTimeout(() => callback(token), 0);
  else if (form) setTimeout(() => HTMLFormElement.prototype.requestSubmit.call(form), 0);
  else return false;
  return true;
}`;

/**
 * Answers the captcha of a page and waits for what the site makes of it.
 * @throws Blocked when there is nothing to send it by, errors of Playwright when nothing comes
 */
export async function submitCaptcha(page: Page, sending: Sending, { kind, token }: CaptchaAnswer): Promise<void> {
  const { source, url, waitFor, navigationTimeoutMs: timeout } = sending;
  const arrived = page.waitForNavigation({ waitUntil: 'domcontentloaded', timeout });
  // A page may also go on without another document, once its script has asked the site.
  const ready = waitFor === null ? arrived : page.waitForSelector(waitFor, { state: 'attached', timeout });
  arrived.catch(() => undefined);
  ready.catch(() => undefined);
  const sent = await page.evaluate(`(${IN_PAGE})(${JSON.stringify({ token, ...WIDGETS[kind] })})`);
  if (sent !== true) throw new Blocked(source, `${url} shows a captcha without a form`);
  await Promise.race([arrived, ready]);
}

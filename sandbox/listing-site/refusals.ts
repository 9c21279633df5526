import type { IncomingHttpHeaders } from 'node:http';
import type { ServiceAnswer } from '../http-service.js';
import { SCRIPT_COOKIE, VISIT_COOKIE } from './html.js';

/**
 * True for a visitor the firewall lets through: it says what browsers say about themselves, and once it keeps the site's
 * cookie it has run the site's script too.
 */
export function looksLikeBrowser(headers: IncomingHttpHeaders): boolean {
  const agent = headers['user-agent'] ?? '';
  const cookies = headers.cookie ?? '';
  const speaksLikeOne =
    /^Mozilla\/5\.0 .*(Chrome|Firefox)\//.test(agent) &&
    (headers.accept ?? '').includes('text/html') &&
    headers['accept-language'] !== undefined &&
    headers['sec-fetch-mode'] === 'navigate';
  const ranScript = !cookies.includes(`${VISIT_COOKIE}=`) || cookies.includes(`${SCRIPT_COOKIE}=`);
  return speaksLikeOne && ranScript;
}

/** Page of the firewall, 403. */
export function blockPage(): ServiceAnswer {
  return refusal(
    403,
    'Access Denied - Website Firewall',
    '<h1>Access Denied</h1><p>Your request was blocked by the website firewall. If you are the site owner, allow this visitor in the firewall settings.</p>',
  );
}

const SITE_KEY = 'sandbox-site-key';

/** Asked for a token that came with a form; true once for one that the captcha service issued for this site. */
export type TakesToken = (token: string, siteKey: string) => boolean;

/** A wall that asks for a captcha, with the status of a good page. Its form leads back to the page that was asked for. */
export function captchaPage(): ServiceAnswer {
  return refusal(
    200,
    'Just a moment...',
    `<h1>Verify you are human</h1><form method="post"><div class="g-recaptcha" data-sitekey="${SITE_KEY}"></div><button>Continue</button></form>`,
  );
}

/** What the form of a captcha page says: null for a request that is none, else whether its token is taken. */
export function tokenTaken(method: string, body: string, takesToken: TakesToken): boolean | null {
  const token = new URLSearchParams(body).get('g-recaptcha-response');
  return method !== 'POST' || token === null ? null : takesToken(token, SITE_KEY);
}

export function notFoundPage(): ServiceAnswer {
  return refusal(404, 'Page not found', '<h1>Page not found</h1><p>This listing is no longer available.</p>');
}

function refusal(status: number, title: string, content: string): ServiceAnswer {
  const body = `<!DOCTYPE html>\n<html lang="en"><head><meta charset="UTF-8"><title>${title}</title></head><body>${content}</body></html>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8', 'cache-control': 'no-store' }, body };
}

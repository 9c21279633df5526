import { load } from 'cheerio';
import { Blocked, type PhoenixError, ResponseInvalid } from '../../core/errors.js';
import type { PageAnswer } from '../../net/page-visit.js';
import { SELECTOR_SETS, type SelectorSet } from './selectors.js';
import { SOURCE } from './settings.js';

/** Titles of firewall and bot-wall pages (Sucuri, Cloudflare, Imperva, Akamai; from their public pages, read 2025-12). */
const WALL_TITLE =
  /access denied|attention required|just a moment|website firewall|security check|are you (a )?human|request unsuccessful|pardon our interruption/i;
const CAPTCHA = '.g-recaptcha, .h-captcha, .cf-turnstile, #challenge-form, iframe[src*="captcha"]';
const LOG_IN = 'input[type="password"]';
/** Any element of the plug-in, in any template known. */
const pluginIn = (sets: readonly SelectorSet[]) =>
  [
    '[class*="flexmls_connect__sr_"], [class*="flexmls_connect__ld_"], [class*="flexmls-"]',
    ...sets.flatMap(({ results, detail }) => [results.card, detail.proof]),
  ].join(', ');

/**
 * What a page means when it is a refusal; null when it may be read, or has the plain meaning of its status (429, 5xx).
 * A wall stops the source: nothing is tried to get around it.
 */
export function refusalOf(
  { status, html, finalUrl, contentType }: PageAnswer,
  sets: readonly SelectorSet[] = SELECTOR_SETS,
): PhoenixError | null {
  if (status === 401 || status === 403 || status === 451) return new Blocked(SOURCE, `${finalUrl} answered ${status}`);
  if (status === 429) return null;
  const wall = wallOn(html, sets);
  if (wall !== null) return new Blocked(SOURCE, `${finalUrl} shows ${wall}`);
  if (status >= 500 || status === 404 || status === 410) return null;
  if (status >= 400) return new ResponseInvalid(SOURCE, `${finalUrl} answered ${status}`);
  if (contentType !== '' && !/^(text\/(html|plain)|application\/xhtml\+xml)$/.test(contentType)) {
    return new ResponseInvalid(SOURCE, `${finalUrl} is ${contentType}, not a page`);
  }
  return null;
}

/** Only a page without any listing can be a wall: forms with a captcha stand on good pages too. */
function wallOn(html: string, sets: readonly SelectorSet[]): string | null {
  const $ = load(html);
  if ($(pluginIn(sets)).length > 0) return null;
  if ($(CAPTCHA).length > 0) return 'a captcha';
  if (WALL_TITLE.test($('title').text())) return 'a firewall page';
  return $(LOG_IN).length > 0 ? 'a log-in wall' : null;
}

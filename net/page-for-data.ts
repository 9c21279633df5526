import { SourceUnavailable } from '../core/errors.js';
import type { HttpAnswer } from './http-client.js';

/** Marks of the challenge pages of firewalls (Cloudflare and others; assumed, none was recorded). */
const CHALLENGE = /<title>(Just a moment|Attention Required|Access Denied|Request Rejected)|cf-chl-|_cf_chl_opt/i;
const PAGE_TYPE = /^(text\/html|application\/xhtml\+xml)$/;
const NO_CONTENT = 204;

/** Whether an answer is a page of a firewall that asks who we are: the source stops, whatever its status. */
export function isChallengePage({ contentType, text }: Pick<HttpAnswer, 'contentType' | 'text'>): boolean {
  return contentType === 'text/html' && CHALLENGE.test(text.slice(0, 20_000));
}

/**
 * What an answer with a good status stands for that is a page where data were asked for: something between us and the service
 * answered in its place, as a gateway does with its error or upkeep page. Data of another shape are none of it.
 * @returns null for what may be data
 */
export function pageForData({ status, contentType, text }: HttpAnswer, url: string): SourceUnavailable | null {
  if (status < 200 || status >= 300 || status === NO_CONTENT) return null;
  if (!PAGE_TYPE.test(contentType) && !/^\uFEFF?\s*</.test(text.slice(0, 200))) return null;
  const problem = `${url}: a page (${contentType || 'no content type'}) where data are due`;
  return new SourceUnavailable(new URL(url).host, problem, { isPage: true });
}

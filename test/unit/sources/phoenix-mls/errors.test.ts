import { expect, it } from '@jest/globals';
import type { PageAnswer } from '../../../../net/page-visit.js';
import { refusalOf } from '../../../../sources/phoenix-mls/errors.js';
import { savedPage } from '../../../support/listing-pages.js';

const answer = (status: number, html: string, contentType = 'text/html'): PageAnswer => ({
  status,
  html,
  contentType,
  finalUrl: 'http://127.0.0.1:1/mls/search/',
  fetchId: 'fetch-1',
  fetchedAt: '2025-11-20T10:00:00.000Z',
});

it.each([
  ['a firewall page, 403', 403, savedPage('wall_firewall')],
  ['403 without a word', 403, ''],
  ['401', 401, ''],
  ['a firewall page with status 200', 200, savedPage('wall_firewall')],
  ['a firewall page with status 503', 503, savedPage('wall_firewall')],
  ['a captcha with status 200', 200, savedPage('wall_captcha')],
  ['a log-in wall', 200, savedPage('wall_log_in')],
])('takes %s for a wall and stops the source', (_name, status, html) => {
  expect(refusalOf(answer(status, html))).toMatchObject({ code: 'Blocked', scope: 'source', retry: 'never' });
});

it.each([
  ['a page', 200, savedPage('results_page_1_of_2')],
  ['a page with a captcha in its contact form', 200, savedPage('page_with_contact_captcha')],
  ['a page in the newer template', 200, savedPage('results_page_1_of_2', 'newer')],
  ['a detail page in the newer template', 200, savedPage('listing_active', 'newer')],
  ['one with a captcha in its contact form', 200, savedPage('page_with_contact_captcha', 'newer')],
  ['a page in an unknown template', 200, savedPage('results_page_1_of_2', 'unseen')],
  ['429, which the limiter judges', 429, savedPage('wall_captcha')],
  ['a plain 500', 500, '<h1>Internal Server Error</h1>'],
  ['404, which the caller judges', 404, '<h1>Page not found</h1>'],
])('lets %s through', (_name, status, html) => {
  expect(refusalOf(answer(status, html))).toBeNull();
});

it.each([
  ['another 4xx', answer(418, '')],
  ['a picture', answer(200, '<img>', 'image/png')],
  ['JSON', answer(200, '{}', 'application/json')],
])('takes %s for an invalid answer', (_name, given) => {
  expect(refusalOf(given)).toMatchObject({ code: 'ResponseInvalid', scope: 'page' });
});

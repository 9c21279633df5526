import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { countySource, EXCHANGES, understood, valuesOf, WINDOW } from '../../../support/county-source.js';
import { type LocalAnswer, type LocalHttp, startLocalHttp } from '../../../support/local-http.js';
import { planScope } from '../../../support/plan-scope.js';

let server: LocalHttp;
const { signal } = new AbortController();
const KEY = '16528054';

beforeAll(async () => {
  server = await startLocalHttp();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = 0;
});

/** The recorded answer to a path; 404 where there is none. */
function recorded({ pathname }: URL): LocalAnswer {
  const compact = pathname.replaceAll('-', '').replace('residentialdetails', 'residential-details');
  const found = EXCHANGES.find(
    ({ request, response }) =>
      request.path.replaceAll('-', '').replace('residentialdetails', 'residential-details') === compact &&
      response.status === 200,
  );
  return found ? { text: JSON.stringify(found.response.body) } : { status: 404, type: 'text/html' };
}

const sourceOf = (details: readonly string[]) =>
  countySource(server.baseUrl, { details, personalData: ['owner-name'] });
const paths = () => server.asked.map(({ url }) => url);
const kindsOf = (detail: Awaited<ReturnType<ReturnType<typeof sourceOf>['readDetail']>>) =>
  detail.status === 'found' ? detail.payloads.map(({ kind, key }) => `${kind} ${key}`) : [];

describe('what is asked about a parcel', () => {
  it.each([
    [['parcel'], ['/parcel/165-28-054']],
    [
      ['residential-details', 'valuations'],
      ['/parcel/165-28-054/valuations', '/parcel/165-28-054/residential-details'],
    ],
    [
      ['valuations', 'parcel'],
      ['/parcel/165-28-054', '/parcel/165-28-054/valuations'],
    ],
  ])('is %j, in the order of trust', async (details, expected) => {
    server.answer(recorded);
    const detail = await sourceOf(details).readDetail(WINDOW, KEY, signal);
    expect(paths()).toEqual(expected);
    expect(kindsOf(detail)).toHaveLength(expected.length);
    expect(detail).not.toHaveProperty('lacking');
  });

  it('says the same in parts as in the full document', async () => {
    server.answer(recorded);
    const source = sourceOf(['parcel', 'valuations', 'residential-details']);
    const detail = await source.readDetail(WINDOW, KEY, signal);
    if (detail.status === 'missing') throw new Error(detail.reason);
    const [whole = {}, ...parts] = detail.payloads.map((one) => valuesOf(understood(source, one).records[0]));
    for (const part of parts) expect(whole).toMatchObject(part);
    expect(parts.map((part) => Object.keys(part).length > 4)).toEqual([true, true]);
  });

  it('is no entry of the rental register where the full document says that there is none', async () => {
    server.answer(recorded);
    await sourceOf(['parcel', 'rental-details']).readDetail(WINDOW, KEY, signal);
    expect(paths()).toEqual(['/parcel/165-28-054']);
    server.asked.length = 0;
    await sourceOf(['valuations', 'rental-details']).readDetail(WINDOW, KEY, signal);
    expect(paths()).toEqual(['/parcel/165-28-054/valuations', '/parcel/165-28-054/rental-details']);
  });
});

describe('an answer of several that is not there', () => {
  const without = (ending: string, answer: LocalAnswer) => (url: URL) =>
    url.pathname.endsWith(ending) ? answer : recorded(url);

  it.each<[string, LocalAnswer, RegExp]>([
    ['of another type', { type: 'text/plain', text: 'none' }, /^valuations: ResponseInvalid: /],
    ['an empty list', { text: '[]' }, /^valuations: the county has no such parcel/],
    ['404', { status: 404, type: 'text/html' }, /^valuations: the county has no such parcel \(status 404\)/],
  ])('(%s) is named, and the others are kept', async (_what, answer, lacking) => {
    server.answer(without('/valuations', answer));
    const detail = await sourceOf(['valuations', 'residential-details']).readDetail(WINDOW, KEY, signal);
    expect(kindsOf(detail)).toEqual([`residential-details ${KEY}`]);
    expect(detail).toMatchObject({ lacking: expect.stringMatching(lacking) });
  });

  it('is a missing parcel when there is no other', async () => {
    server.answer(() => ({ text: '[]' }));
    const detail = await sourceOf(['valuations', 'residential-details']).readDetail(WINDOW, KEY, signal);
    expect(detail).toEqual({ status: 'missing', reason: 'the county has no such parcel (empty list)' });
  });

  it.each<[string, LocalAnswer]>([
    ['the service fails', { status: 503, type: 'text/html' }],
    ['a page comes in its place', { type: 'text/html', text: '<html></html>' }],
  ])('is tried again whole when %s', async (_what, answer) => {
    server.answer(without('/residential-details', answer));
    const detail = sourceOf(['valuations', 'residential-details']).readDetail(WINDOW, KEY, signal);
    await expect(detail).rejects.toMatchObject({ code: 'SourceUnavailable' });
  });
});

it('reckons with a request for each answer, and believes what is asked before what was', () => {
  const source = sourceOf(['valuations', 'residential-details']);
  expect(source.traits).toMatchObject({ detailKind: 'valuations', requestsPerDetail: 2 });
  expect(source.kindOrder.slice(0, 3)).toEqual(['residential-details', 'valuations', 'parcel']);
  expect(source.plan(planScope(['85031'], 25))).toMatchObject({ requests: 1 + 50 });
  expect(sourceOf(['parcel']).kindOrder[0]).toBe('parcel');
});

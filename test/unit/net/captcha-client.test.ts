import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaptchaTask } from '../../../core/schemas/captcha.js';
import { createCaptchaClient, readUsdMicros, surelyNotBought } from '../../../net/captcha/client.js';
import { type LocalHttp, startLocalHttp } from '../../support/local-http.js';

const KEY = 'canary-captcha-key';
const TOKEN = `03A${'x'.repeat(400)}`;
const task: CaptchaTask = {
  source: 'phoenix-mls',
  pageUrl: 'https://site.example/mls/search/?pg=1',
  challenge: { kind: 'recaptcha-v2', siteKey: '6Le-site-key', invisible: false, data: null },
};
const never = new AbortController().signal;

describe('the client of the captcha service', () => {
  let server: LocalHttp;
  beforeAll(async () => {
    server = await startLocalHttp();
  });
  afterAll(() => server.stop());

  const client = (baseUrl = server.baseUrl) => createCaptchaClient({ baseUrl, key: KEY });
  const answers = (json: unknown) => server.answer(() => ({ text: JSON.stringify(json) }));
  const sent = () => JSON.parse(server.asked.at(-1)?.body() ?? 'null');

  it.each([
    ['a box of reCAPTCHA', {}, { type: 'RecaptchaV2TaskProxyless', isInvisible: false }],
    ['one without a box', { invisible: true, data: 's1' }, { isInvisible: true, recaptchaDataSValue: 's1' }],
    ['Turnstile', { kind: 'turnstile', data: 'd1' } as const, { type: 'TurnstileTaskProxyless', data: 'd1' }],
  ])('asks for %s by the contract', async (_name, challenge, expected) => {
    answers({ errorId: 0, taskId: 74_372_499_131 });
    const asked = { ...task, challenge: { ...task.challenge, ...challenge } };
    expect(await client().createTask(asked, never)).toEqual({ taskId: '74372499131' });
    expect(server.asked.at(-1)).toMatchObject({ method: 'POST', url: '/createTask' });
    expect(sent()).toMatchObject({
      clientKey: KEY,
      task: { websiteURL: task.pageUrl, websiteKey: '6Le-site-key', ...expected },
    });
  });

  it('asks for the result, complains and reads the balance by the contract', async () => {
    answers({ errorId: 0, status: 'ready', solution: { gRecaptchaResponse: TOKEN }, cost: '0.00299', solveCount: 1 });
    expect(await client().result('74372499131', never)).toEqual({
      status: 'ready',
      token: TOKEN,
      costUsdMicros: 2_990,
    });
    expect(sent()).toEqual({ clientKey: KEY, taskId: 74_372_499_131 });
    answers({ errorId: 0, status: 'processing' });
    expect(await client().result('1', never)).toEqual({ status: 'processing' });
    answers({ errorId: 0, status: 'ready', solution: { token: TOKEN }, cost: 'soon' });
    expect(await client().result('1', never)).toEqual({ status: 'ready', token: TOKEN, costUsdMicros: null });
    answers({ errorId: 0, status: 'success' });
    expect(await client().reportIncorrect('1', never)).toEqual({ reported: true });
    answers({ errorId: 0, balance: 9.997_01 });
    expect(await client().balance(never)).toEqual({ balanceUsdMicros: 9_997_010 });
  });

  it.each([
    ['ERROR_KEY_DOES_NOT_EXIST', 1, 'wrong-key'],
    ['ERROR_NO_SLOT_AVAILABLE', 2, 'no-slot'],
    ['ERROR_ZERO_CAPTCHA_FILESIZE', 3, 'bad-task'],
    ['ERROR_TOO_BIG_CAPTCHA_FILESIZE', 4, 'bad-task'],
    ['ERROR_PAGEURL', 5, 'bad-task'],
    ['ERROR_ZERO_BALANCE', 10, 'no-funds'],
    ['ERROR_IP_NOT_ALLOWED', 11, 'not-served'],
    ['ERROR_CAPTCHA_UNSOLVABLE', 12, 'unsolvable'],
    ['ERROR_BAD_DUPLICATES', 13, 'unsolvable'],
    ['ERROR_NO_SUCH_METHOD', 14, 'bad-task'],
    ['ERROR_IMAGE_TYPE_NOT_SUPPORTED', 15, 'bad-task'],
    ['ERROR_NO_SUCH_CAPCHA_ID', 16, 'unknown-task'],
    ['ERROR_IP_BLOCKED', 21, 'not-served'],
    ['ERROR_TASK_ABSENT', 22, 'bad-task'],
    ['ERROR_TASK_NOT_SUPPORTED', 23, 'bad-task'],
    ['ERROR_RECAPTCHA_INVALID_SITEKEY', 31, 'bad-task'],
    ['ERROR_ACCOUNT_SUSPENDED', 55, 'not-served'],
    ['ERROR_BAD_PARAMETERS', 110, 'bad-task'],
    ['ERROR_BAD_IMGINSTRUCTIONS', 115, 'bad-task'],
    ['ERROR_BAD_PROXY', 130, 'bad-task'],
    ['ERROR_REPORT_NOT_RECORDED', 42, 'report-refused'],
    ['ERROR_OF_TOMORROW', 999, 'unknown'],
  ])('knows %s', async (errorCode, errorId, refused) => {
    answers({ errorId, errorCode, errorDescription: `about ${KEY}` });
    for (const answer of [await client().createTask(task, never), await client().result('1', never)]) {
      expect(answer).toEqual({ refused, code: errorCode });
    }
  });

  it.each([
    ['no code', undefined],
    ['null', null],
    ['a sentence', `the key ${KEY} is bad`],
    ['a name of every object', 'constructor'],
    ['a code without end', `ERROR_${'A'.repeat(500)}`],
  ])('shows the number alone for an error with %s', async (_name, errorCode) => {
    answers({ errorId: 7, errorCode });
    expect(await client().result('1', never)).toEqual({ refused: 'unknown', code: 'errorId 7' });
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['null', null],
    ['a list', []],
    ['a text', 'ready'],
    ['an error id that is text', { errorId: '0', taskId: 1, status: 'processing', balance: 1 }],
    ['an id that is none', { errorId: 0, taskId: -1, status: 'done', balance: 'much' }],
    ['an id that is a sentence', { errorId: 0, taskId: 'a b', status: null, balance: null }],
    ['ready without a token', { errorId: 0, status: 'ready', solution: {} }],
    ['a token with blanks', { errorId: 0, status: 'ready', solution: { token: `${TOKEN} x` } }],
    ['an empty token', { errorId: 0, status: 'ready', solution: { token: '' } }],
    ['a token without end', { errorId: 0, status: 'ready', solution: { token: 'x'.repeat(20_000) } }],
    ['a token that is an object', { errorId: 0, status: 'ready', solution: { token: { $gt: '' } } }],
    ['a balance of another currency', { errorId: 0, balance: 1, currency: 'RUB' }],
    ['a balance that is true', { errorId: 0, balance: true }],
  ])('takes %s for no answer', async (_name, json) => {
    answers(json);
    const asking = [client().createTask(task, never), client().result('1', never), client().balance(never)];
    for (const one of asking) await expect(one).rejects.toMatchObject({ code: 'SourceUnavailable' });
  });

  it.each([
    ['a page', { text: '<h1>busy</h1>', type: 'text/html' }, 'SourceUnavailable', false],
    ['nothing', { text: '' }, 'SourceUnavailable', false],
    [
      'half an answer',
      { text: '{"errorId":0,"taskId":1}', cut: true, headers: { 'content-length': '24' } },
      'SourceUnavailable',
      false,
    ],
    ['503', { status: 503, text: '{"errorId":0,"taskId":1}' }, 'SourceUnavailable', true],
    ['429', { status: 429 }, 'SourceUnavailable', true],
    ['a redirect', { status: 302, headers: { location: 'http://169.254.169.254/' } }, 'SourceUnavailable', true],
    ['more than can be read', { text: 'x'.repeat(100_000) }, 'SourceUnavailable', false],
  ])(
    'has an error of its own for %s, and knows whether a task may be bought',
    async (_name, answer, code, notBought) => {
      server.answer(() => answer);
      const problem: unknown = await client()
        .createTask(task, never)
        .catch((error: unknown) => error);
      expect(problem).toMatchObject({ code });
      expect(surelyNotBought(problem)).toBe(notBought);
      expect(String(problem)).not.toContain(KEY);
    },
  );

  it('knows that a host which cannot be reached has sold nothing', async () => {
    const gone = await startLocalHttp();
    await gone.stop();
    const refused: unknown = await client(gone.baseUrl)
      .balance(never)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'NetworkError' });
    expect(surelyNotBought(refused)).toBe(true);
    await expect(client('http://10.0.0.1').balance(never)).rejects.toMatchObject({ code: 'UnsafeTarget' });
  });

  it('gives an abort back and asks nothing', async () => {
    const asked = server.asked.length;
    const stop = new AbortController();
    stop.abort(new Error('stop now'));
    await expect(client().createTask(task, stop.signal)).rejects.toThrow('stop now');
    expect(server.asked).toHaveLength(asked);
  });

  it.each([
    ['0.00299', 2_990],
    [0.001, 1_000],
    ['0', 0],
    ['1', 1_000_000],
    ['-1', null],
    ['1e9', null],
    ['NaN', null],
    [Number.NaN, null],
    ['99999', null],
    [null, null],
    [{}, null],
  ])('reads the price %j', (price, expected) => {
    expect(readUsdMicros(price)).toBe(expected);
  });
});

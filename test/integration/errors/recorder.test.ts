import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import {
  AuthRejected,
  BrowserCrashed,
  Frozen,
  NetworkError,
  ProxyFailed,
  RateLimited,
  ResponseInvalid,
  StoreUnavailable,
} from '../../../core/errors.js';
import type { Failure } from '../../../core/schemas/failures.js';
import type { TroubleWatch } from '../../../core/trouble-watch.js';
import { bookCost } from '../../../store/cost/entries.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { errorEventsOf, errorsOf, recordFailures } from '../../../store/errors/errors.js';
import { readRecoveries } from '../../../store/errors/recoveries.js';
import { ErrorInterceptor } from '../../../workers/error-interceptor.js';
import { createErrorQueue, type ErrorQueue } from '../../../workers/error-queue.js';
import { createErrorRecorder, type ErrorRecorder } from '../../../workers/error-recorder.js';
import type { AskPreviousEnd } from '../../../workers/lost-attempt.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';

const silent = pino({ level: 'silent' });
const RUN_KEY = 'daily/phoenix/2026-03-02#1';
const WINDOW = { market: 'phoenix', source: 'maricopa-assessor', zip: '85031', runKey: RUN_KEY };
const ALL = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const FOREVER = { retryPolicy: { initialInterval: 1_000, backoffCoefficient: 2 } };

let server: TestDatabase;
let database: Database;
let queue: ErrorQueue;
let recorder: ErrorRecorder;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'recorder');
  await initDatabase(database.db);
}, 60_000);
beforeEach(async () => {
  for (const name of ['errors', 'error_events', 'recoveries']) await database.db.collection(name).deleteMany({});
  newWorker();
});
afterAll(async () => {
  await database?.close();
  await server?.stop();
});

function newWorker(room?: number): void {
  queue = createErrorQueue({ db: database.db, logger: silent, ...(room === undefined ? {} : { room }) });
  recorder = createErrorRecorder({ queue, logger: silent, scrub: (text) => text.replaceAll('hunter2', '[secret]') });
}

interface Step {
  readonly id?: string;
  readonly attempt?: number;
  readonly info?: object;
  readonly ask?: AskPreviousEnd;
}

/** One attempt of a step, as a worker makes it. */
async function attempt(
  work: (watch: TroubleWatch) => Promise<unknown>,
  { id = '1', attempt: number = 1, info = {}, ask = async () => null }: Step = {},
): Promise<unknown> {
  const environment = new MockActivityEnvironment({
    ...{ activityId: id, activityType: 'collectPage', attempt: number, scheduleToCloseTimeoutMs: 10_800_000 },
    ...{ scheduledTimestampMs: Date.now(), workflowExecution: { workflowId: 'daily/phoenix/2026-03-02', runId: 'r' } },
    ...FOREVER,
    ...info,
  });
  return environment.run(async () => {
    const { info: own } = Context.current();
    const interceptor = new ErrorInterceptor(
      Context.current(),
      silent,
      (text) => text.replaceAll('hunter2', '[secret]'),
      async () => null,
      ({ args }) => recorder.began(own, args, ask),
    );
    return interceptor
      .execute({ args: [{ window: WINDOW }], headers: {} }, () => work(recorder))
      .catch((failure: unknown) => failure);
  });
}

const failing = (problem: unknown) => () => Promise.reject(problem);
const succeeding = () => Promise.resolve('done');
const events = () => errorEventsOf(database.db).find().sort({ failedAt: 1, _id: 1 }).toArray();
const kinds = () => errorsOf(database.db).find().sort({ code: 1 }).toArray();
const figures = () => readRecoveries(database.db, ALL);

describe('a step that fails', () => {
  it('is kept with run, ZIP and source, without secrets, and is recovered by the attempt that succeeds', async () => {
    await attempt(failing(new NetworkError('127.0.0.1:4000', 'sent hunter2 in 12 ms')));
    await attempt(failing(new NetworkError('127.0.0.1:4000', 'sent hunter2 in 95 ms')), { attempt: 2 });
    await attempt(succeeding, { attempt: 3 });
    await queue.close();
    const [first, second] = await events();
    expect(first).toMatchObject({
      ...{ code: 'NetworkError', kind: 'error', activity: 'collectPage', host: '127.0.0.1', attempt: 1 },
      ...{ market: 'phoenix', source: 'maricopa-assessor', zip: '85031', runKey: RUN_KEY },
      ...{ message: '127.0.0.1:4000: sent [secret] in 12 ms', state: 'recovered', action: 'retry' },
    });
    expect(second).toMatchObject({ attempt: 2, state: 'recovered', fingerprint: first?.fingerprint });
    expect(first?.recordedAt.getTime()).toBeGreaterThanOrEqual(first?.beganAt.getTime() ?? Number.NaN);
    const [kind] = await kinds();
    const [day] = Object.values(kind?.days ?? {});
    expect(day).toMatchObject({ count: 2, runs: 1, costUsdMicros: 0 });
    expect(day?.lostMs).toBeGreaterThanOrEqual(1_500); // half a step of one second, and of two
    expect(await figures()).toMatchObject({ recovered: 1, failed: 0, rate: 1, actions: [{ action: 'retry' }] });
  });

  it('costs nothing when it does not fail', async () => {
    await attempt(succeeding);
    await queue.close();
    expect([await events(), await kinds()]).toEqual([[], []]);
  });

  it.each([
    ['a proxy', new ProxyFailed('d-1: no connection'), 'rotated-proxy'],
    ['a browser', new BrowserCrashed('the page crashed'), 'restarted-browser'],
    ['the database', new StoreUnavailable('database: MongoNetworkError'), 'reconnected-database'],
    ['a service that is asked too much', new RateLimited('a.example', 5, { told: true }), 'waited-rate-limit'],
  ])('of %s says what put it right', async (_name, problem, action) => {
    await attempt(failing(problem));
    await attempt(succeeding, { attempt: 2 });
    await queue.close();
    expect(await figures()).toMatchObject({ recovered: 1, actions: [{ action }], causes: [{ cause: problem.code }] });
  });

  it('books the money that was spent in vain', async () => {
    const cost = {
      line: 'captcha' as const,
      item: 'captcha-solution' as const,
      costUsdMicros: 2_990,
      estimated: false,
    };
    const about = { market: 'phoenix', source: 'maricopa-assessor' as const, zip: '85031', runKey: RUN_KEY };
    await attempt(async () => {
      await bookCost(database.db, { key: 'c', ...cost, ...about, day: '2026-03-02' });
      throw new NetworkError('a.example', 'reset');
    });
    await queue.close();
    expect(await events()).toMatchObject([{ costUsdMicros: 2_990 }]);
  });
});

describe('a step that is given up', () => {
  it.each([
    ['by a final error', new ResponseInvalid('maricopa-assessor', 'HTML for JSON'), {}],
    ['after its last attempt', new NetworkError('a', 'reset'), { retryPolicy: { maximumAttempts: 1 } }],
    ['at the end of its time', new NetworkError('a', 'reset'), { scheduleToCloseTimeoutMs: 1 }],
    ['by a bug that is not to be repeated', ApplicationFailure.nonRetryable('no', 'Own'), {}],
  ])('%s counts as failed', async (_how, problem, info) => {
    await attempt(failing(problem), { info });
    await queue.close();
    expect(await events()).toMatchObject([{ state: 'failed' }]);
    expect(await figures()).toMatchObject({ recovered: 0, failed: 1, rate: 0 });
  });

  it('together with all others of its source counts once', async () => {
    for (const id of ['1', '2', '3']) await attempt(failing(new AuthRejected('maricopa-assessor', 'no')), { id });
    await queue.close();
    expect(await events()).toHaveLength(3);
    expect(await figures()).toMatchObject({ failed: 1 });
  });

  it('because nobody wants it any more is no failure', async () => {
    await attempt(failing(new NetworkError('a', 'reset')));
    await attempt(failing(new CancelledFailure('CANCELLED')), { attempt: 2 });
    await queue.close();
    expect(await events()).toMatchObject([{ state: 'withdrawn' }]);
    expect(await figures()).toMatchObject({ recovered: 0, failed: 0 });
  });
});

it.each([
  ['our own ceiling', new RateLimited('a.example', 30_000)],
  ['a freeze', new Frozen('everything is frozen')],
])('waiting for %s is counted apart, and is nothing to recover from', async (_name, problem) => {
  await attempt(failing(problem));
  await attempt(succeeding, { attempt: 2 });
  await queue.close();
  expect(await events()).toEqual([]);
  const [kind] = await kinds();
  expect(kind).toMatchObject({ kind: 'wait', code: problem.code });
  const [day, ...more] = Object.values(kind?.days ?? {});
  expect([day?.count, more]).toEqual([1, []]);
  expect(day?.lostMs).toBeGreaterThanOrEqual(problem.retryAfterMs); // and what the attempt itself took
  expect(await figures()).toMatchObject({ recovered: 0, failed: 0 });
});

describe('an attempt that nobody could note', () => {
  const lost: AskPreviousEnd = async () => ({
    code: 'WorkerLost',
    message: 'activity Heartbeat timeout',
    endedAtMs: 1e12,
  });

  it('is found by the next one, as a lost worker, and is recovered by it', async () => {
    await attempt(succeeding, { attempt: 2, ask: lost, info: { heartbeatTimeoutMs: 20_000 } });
    await queue.close();
    expect(await events()).toMatchObject([
      {
        code: 'WorkerLost',
        attempt: 1,
        beganAt: new Date(1e12 - 20_000),
        state: 'recovered',
        action: 'another-worker',
      },
    ]);
  });

  it('is not asked about where this worker saw it', async () => {
    await attempt(failing(new RateLimited('a', 30_000)));
    const asked: AskPreviousEnd = () => Promise.reject(new Error('was asked'));
    await attempt(succeeding, { attempt: 2, ask: asked });
    await queue.close();
    expect(await events()).toEqual([]);
  });

  it.each([
    ['only waited', async () => ({ code: 'Frozen', message: 'frozen', endedAtMs: null })],
    ['is not known any more', async () => null],
    ['cannot be asked about', () => Promise.reject(new Error('server away'))],
  ])('that %s is nothing', async (_name, ask) => {
    await attempt(succeeding, { attempt: 2, ask });
    await queue.close();
    expect(await events()).toEqual([]);
  });
});

describe('trouble that is no error of a step', () => {
  it('is recovered at once where the step put it right itself', async () => {
    const refused = new AuthRejected('maricopa-assessor', 'the first token was refused');
    await attempt(async (watch) => watch.handled(refused, 'other-credential', Date.now() - 500));
    await queue.close();
    expect(await events()).toMatchObject([{ code: 'AuthRejected', zip: '85031', state: 'recovered' }]);
    expect(await figures()).toMatchObject({ recovered: 1, actions: [{ action: 'other-credential' }] });
  });

  it('stays open until it is over, and is put right by what was done last', async () => {
    const busy = { code: 'ModelBusy', message: 'no answer' };
    await attempt(async (watch) => watch.open('model/run', busy, Date.now()));
    await attempt(async (watch) => watch.open('model/run', busy, Date.now()), { id: '2' });
    await attempt(async (watch) => watch.acted('model/run', 'reloaded-model'), { id: '3' });
    await attempt(async (watch) => watch.over('model/run', 'retry'), { id: '4' });
    await attempt(async (watch) => watch.over('model/run', 'retry'), { id: '5' });
    await queue.close();
    expect((await events()).map(({ state }) => state)).toEqual(['recovered', 'recovered']);
    expect(await figures()).toMatchObject({ recovered: 1, actions: [{ action: 'reloaded-model' }] });
  });
});

describe('many failures at one time', () => {
  let client: MongoClient;
  beforeAll(() => {
    client = new MongoClient(server.url, { monitorCommands: true });
  });
  afterAll(() => client.close());

  it('are counted by kind, day and run in one reading, and a repeat changes nothing', async () => {
    const reads: string[] = [];
    client.on('commandStarted', ({ commandName, command }) => {
      if (command.find === 'error_events' || command.aggregate === 'error_events') reads.push(commandName);
    });
    const db = client.db('recorder');
    const failure = (kind: number, day: number, times: number): Failure => {
      const atMs = Date.parse(`2026-03-0${day}T23:59:00Z`);
      const shape = { kind: 'error', code: `Code${kind}`, activity: 'collectPage', host: null, pattern: 'p' } as const;
      const where = { source: null, zip: null, market: 'phoenix', workflowId: 'w', attempt: 1 } as const;
      return {
        ...{ id: `${kind}/${day}/${times}`, trouble: `${kind}/${day}/${times}`, ...shape, ...where, message: 'm' },
        ...{ runKey: times === 0 ? null : `run ${times % 2}`, lostMs: 10, beganAtMs: atMs, failedAtMs: atMs },
        deadlineAtMs: atMs + 1,
      };
    };
    const some = (times: readonly number[]) =>
      [1, 2, 3].flatMap((kind) => [1, 2].flatMap((day) => times.map((n) => failure(kind, day, n))));
    await recordFailures(db, some([0, 1]));
    reads.length = 0;
    await recordFailures(db, some([1, 2, 3]));
    expect(reads).toEqual(['aggregate']);
    await recordFailures(db, some([2, 3]));
    const counted = { count: 4, lostMs: 40, costUsdMicros: 0, runs: 2 };
    expect((await kinds()).map(({ code, days }) => [code, days])).toEqual(
      ['Code1', 'Code2', 'Code3'].map((code) => [code, { '2026-03-01': counted, '2026-03-02': counted }]),
    );
  });
});

describe('a database that is away', () => {
  it('holds up no step; what was noted meanwhile is written when it is back, what had no room is told', async () => {
    newWorker(3);
    await server.kill();
    for (const id of ['1', '2', '3', '4', '5']) {
      expect(await attempt(failing(new NetworkError('a', 'reset')), { id })).toMatchObject({ type: 'NetworkError' });
    }
    await server.restart();
    while ((await kinds()).length < 2) await new Promise((done) => setTimeout(done, 200));
    expect(await events()).toHaveLength(3);
    const told = (await kinds()).find(({ code }) => code === 'NotRecorded');
    expect(Object.values(told?.days ?? {})).toEqual([expect.objectContaining({ count: 2 })]);
  }, 90_000);
});

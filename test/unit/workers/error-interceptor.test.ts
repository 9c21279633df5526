import { describe, expect, it } from '@jest/globals';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { MongoBulkWriteError, MongoNetworkError, MongoServerError } from 'mongodb';
import { pino } from 'pino';
import {
  AuthRejected,
  BadConfig,
  Frozen,
  NetworkError,
  type PhoenixError,
  RateLimited,
  SchemaDrift,
} from '../../../core/errors.js';
import { ErrorInterceptor } from '../../../workers/error-interceptor.js';

const unwatched = { succeeded: () => undefined, failed: () => undefined, withdrawn: () => undefined };
const NOTHING_WRITTEN = Object.create(null);
const silent = pino({ level: 'silent' });

/** What the interceptor makes of an error that an activity raises on a given attempt. */
async function failureOf(problem: unknown, attempt = 1, frozen: Frozen | null = null): Promise<unknown> {
  const environment = new MockActivityEnvironment({ attempt });
  return environment.run(async () => {
    const interceptor = new ErrorInterceptor(
      Context.current(),
      silent,
      (text) => text.replaceAll('hunter2', '[secret]'),
      async () => frozen,
      () => unwatched,
    );
    return interceptor
      .execute({ args: [], headers: {} }, () => Promise.reject(problem))
      .catch((failure: unknown) => failure);
  });
}

describe('errors of activities', () => {
  it.each<[string, PhoenixError]>([
    ['a refused credential', new AuthRejected('maricopa-assessor', 'token refused')],
    ['a changed contract', new SchemaDrift('maricopa-assessor', 'Results[].APN', 'is missing')],
    ['a wrong setting', new BadConfig(['SMTP_HOST is missing'])],
  ])('are final for %s, under their code', async (_name, problem) => {
    expect(await failureOf(problem)).toMatchObject({ type: problem.code, nonRetryable: true });
  });

  it.each([1, 2, 3, 5, 20])('are retried with jitter inside the step of attempt %d', async (attempt) => {
    const step = Math.min(120_000, 1_000 * 2 ** (attempt - 1));
    const failure = await failureOf(new NetworkError('county.example', 'reset'), attempt);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    const delay = failure instanceof ApplicationFailure ? Number(failure.nextRetryDelay) : Number.NaN;
    expect(delay).toBeGreaterThanOrEqual(step / 2);
    expect(delay).toBeLessThanOrEqual(step);
  });

  it('wait as long as a limit says, and are no alarm', async () => {
    expect(await failureOf(new RateLimited('county.example', 47_000), 9)).toMatchObject({
      type: 'RateLimited',
      nextRetryDelay: 47_000,
      category: ApplicationFailureCategory.BENIGN,
    });
  });

  it.each([
    [0, 1, 1_000],
    [0, 4, 8_000],
    [0, 20, 30_000],
    [47_000, 20, 47_000],
  ])('wait longer than a service says that names %i ms on attempt %i', async (named, attempt, expected) => {
    const told = new RateLimited('county.example', named, { told: true });
    expect(await failureOf(told, attempt)).toMatchObject({ nextRetryDelay: expected });
  });

  it('wait for the end of a freeze without being begun', async () => {
    const bug = new TypeError('was begun');
    expect(await failureOf(bug, 3, new Frozen('everything is frozen'))).toMatchObject({
      type: 'Frozen',
      nonRetryable: false,
      nextRetryDelay: 15_000,
      category: ApplicationFailureCategory.BENIGN,
    });
  });

  it('of a database that is away are retried as StoreUnavailable', async () => {
    const broken = new MongoNetworkError('connection closed');
    for (const problem of [broken, new MongoBulkWriteError(broken, NOTHING_WRITTEN)])
      expect(await failureOf(problem)).toMatchObject({ type: 'StoreUnavailable', nonRetryable: false });
  });

  it('that nobody foresaw keep their own name', async () => {
    const bug = new TypeError('x is undefined');
    expect(await failureOf(bug)).toBe(bug);
    const refused = new MongoServerError({ message: 'Document failed validation', code: 121 });
    expect(await failureOf(refused)).toBe(refused);
  });

  it('hold no secret', async () => {
    expect(await failureOf(new NetworkError('county.example', 'sent hunter2'))).toMatchObject({
      message: 'county.example: sent [secret]',
    });
  });

  it('let a cancellation through untouched', async () => {
    const cancelled = new CancelledFailure('CANCELLED');
    expect(await failureOf(cancelled)).toBe(cancelled);
  });
});

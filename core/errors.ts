import type { AskerName } from './schemas/names.js';

/** Whether Temporal tries the activity again. `after-delay`: after the time the error names. */
export type RetryClass = 'retry' | 'after-delay' | 'never';

/** What stops when the error is final, or waits while it is retried. */
export type ErrorScope = 'host' | 'page' | 'batch' | 'source' | 'run';

interface PhoenixErrorOptions extends ErrorOptions {
  readonly retry: RetryClass;
  readonly scope: ErrorScope;
}

/**
 * Base of every error this system raises on purpose. `code` equals the class name, the Temporal failure `type` and
 * the heading in `docs/errors.md`.
 */
export abstract class PhoenixError extends Error {
  abstract readonly code: ErrorCode;
  readonly retry: RetryClass;
  readonly scope: ErrorScope;

  constructor(message: string, { retry, scope, ...options }: PhoenixErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.retry = retry;
    this.scope = scope;
  }

  /** Adds to the message what was learned after the error was made, such as where the failed page is kept. */
  addNote(note: string): void {
    this.message = `${this.message}; ${note}`;
  }
}

/** Time-out, reset or name not found before an answer arrived. Tried again with back-off. */
export class NetworkError extends PhoenixError {
  override readonly code = 'NetworkError';
  constructor(
    readonly host: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${host}: ${problem}`, { retry: 'retry', scope: 'host', ...options });
  }
}

/**
 * The service answered, but with a 5xx, a body cut short, or a page in the place of data. Tried again with back-off; five in a row
 * open the circuit.
 */
export class SourceUnavailable extends PhoenixError {
  override readonly code = 'SourceUnavailable';
  /** True where a page came in the place of data: tried again for a while, and not for hours. */
  readonly isPage: boolean;
  constructor(
    readonly host: string,
    problem: string,
    { isPage = false, ...options }: ErrorOptions & { readonly isPage?: boolean } = {},
  ) {
    super(`${host}: ${problem}`, { retry: 'retry', scope: 'host', ...options });
    this.isPage = isPage;
  }
}

/** The source asked us to slow down, or our own ceiling did. Tried again after `retryAfterMs`; it costs nothing else. */
export class RateLimited extends PhoenixError {
  override readonly code = 'RateLimited';
  /** True where the service said so; left out for our own ceiling and an open circuit. */
  readonly told: boolean;
  constructor(
    readonly host: string,
    readonly retryAfterMs: number,
    { told = false, ...options }: ErrorOptions & { readonly told?: boolean } = {},
  ) {
    super(`${host}: next request in ${retryAfterMs} ms`, { retry: 'after-delay', scope: 'host', ...options });
    this.told = told;
  }
}

/** A person froze everything: nothing is asked and nothing begun. Tried again until it goes on, however long that takes. */
export class Frozen extends PhoenixError {
  override readonly code = 'Frozen';
  constructor(
    problem: string,
    readonly retryAfterMs = 15_000,
    options?: ErrorOptions,
  ) {
    super(problem, { retry: 'after-delay', scope: 'run', ...options });
  }
}

/** The browser or a page died, or never finished loading. Tried again with a fresh browser at the same page. */
export class BrowserCrashed extends PhoenixError {
  override readonly code = 'BrowserCrashed';
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, { retry: 'retry', scope: 'page', ...options });
  }
}

/** The model is loading, timed out or ran out of memory. Tried again; collection goes on meanwhile. */
export class ModelBusy extends PhoenixError {
  override readonly code = 'ModelBusy';
  constructor(
    readonly model: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`model ${model}: ${problem}`, { retry: 'retry', scope: 'batch', ...options });
  }
}

/** The database did not take a write or give an answer. Tried again; every write is an upsert, so nothing doubles. */
export class StoreUnavailable extends PhoenixError {
  override readonly code = 'StoreUnavailable';
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, { retry: 'retry', scope: 'run', ...options });
  }
}

/** The service refused our credential. The source stops at once; a person renews the credential. */
export class AuthRejected extends PhoenixError {
  override readonly code = 'AuthRejected';
  constructor(
    readonly source: AskerName,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${source}: ${problem}`, { retry: 'never', scope: 'source', ...options });
  }
}

/** A block page, a captcha or a refusal by robots.txt. The source stops; nothing is tried to get around it. */
export class Blocked extends PhoenixError {
  override readonly code = 'Blocked';
  constructor(
    readonly source: AskerName,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${source}: ${problem}`, { retry: 'never', scope: 'source', ...options });
  }
}

/** The answer has another shape than the contract, in its envelope or in most of its rows. Good rows are stored first. */
export class SchemaDrift extends PhoenixError {
  override readonly code = 'SchemaDrift';
  constructor(
    readonly source: AskerName,
    readonly path: string,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`${source}: ${path}: ${problem}`, { retry: 'never', scope: 'source', ...options });
  }
}

/** One answer is not what was asked for (a page for data again and again, wrong content type, too large). Its page fails, the source goes on. */
export class ResponseInvalid extends PhoenixError {
  override readonly code = 'ResponseInvalid';
  constructor(
    readonly source: AskerName,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${source}: ${problem}`, { retry: 'never', scope: 'page', ...options });
  }
}

/** An address outside what a source may reach (other host, private network, other protocol). Never sent. */
export class UnsafeTarget extends PhoenixError {
  override readonly code = 'UnsafeTarget';
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, { retry: 'never', scope: 'page', ...options });
  }
}

/**
 * A proxy, or the service that lists them, did not do its part; the host was not reached and is not to blame. The proxy rests,
 * and the step is tried again, through another one.
 */
export class ProxyFailed extends PhoenixError {
  override readonly code = 'ProxyFailed';
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, { retry: 'retry', scope: 'page', ...options });
  }
}

/** No proxy is left for a source that goes through proxies. The source stops; nothing of it is ever asked directly instead. */
export class NoProxyLeft extends PhoenixError {
  override readonly code = 'NoProxyLeft';
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, { retry: 'never', scope: 'source', ...options });
  }
}

/** A paid call would pass the budget. It is not made; free work goes on. */
export class BudgetExceeded extends PhoenixError {
  override readonly code = 'BudgetExceeded';
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, { retry: 'never', scope: 'run', ...options });
  }
}

/** A setting is missing or wrong. `faults` lists all of them at once, by name and never by value. */
export class BadConfig extends PhoenixError {
  override readonly code = 'BadConfig';
  constructor(
    readonly faults: readonly string[],
    options?: ErrorOptions,
  ) {
    super(faults.join('; '), { retry: 'never', scope: 'run', ...options });
  }
}

/** Every code there is; headings of `docs/errors.md`. */
export const ERROR_CODES = [
  'NetworkError',
  'SourceUnavailable',
  'RateLimited',
  'Frozen',
  'BrowserCrashed',
  'ModelBusy',
  'StoreUnavailable',
  'AuthRejected',
  'Blocked',
  'SchemaDrift',
  'ResponseInvalid',
  'UnsafeTarget',
  'ProxyFailed',
  'NoProxyLeft',
  'BudgetExceeded',
  'BadConfig',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Codes that stop every lane of a source, not only the page or ZIP they came from. */
export const SOURCE_STOPPING_CODES: readonly string[] = [
  'AuthRejected',
  'Blocked',
  'SchemaDrift',
  'NoProxyLeft',
  'BudgetExceeded',
  'BadConfig',
];

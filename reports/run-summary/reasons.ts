import { ERROR_CODES, type ErrorCode } from '../../core/errors.js';

const MEANING: Readonly<Record<ErrorCode, string>> = {
  NetworkError: 'the service could not be reached',
  SourceUnavailable: 'the service answered with an error of its own',
  RateLimited: 'the allowed rate did not leave enough time',
  Frozen: 'everything was frozen by a person',
  BrowserCrashed: 'the browser or a page died again and again',
  ModelBusy: 'the model did not answer in time',
  StoreUnavailable: 'the database did not answer',
  AuthRejected: 'the credential was refused',
  Blocked: 'the site blocked us; nothing was tried to get around it',
  SchemaDrift: 'the answers have another shape than agreed',
  ResponseInvalid: 'an answer was not what was asked for',
  UnsafeTarget: 'an address outside the allowed ones was not asked',
  ProxyFailed: 'no proxy carried the request in time',
  NoProxyLeft: 'no proxy was left; nothing was asked without one',
  BudgetExceeded: 'the budget is used up',
  BadConfig: 'a setting is missing or wrong',
};

/** A window's reason in words: an error code gets its meaning, `limit` is spelt out, a sentence stays. */
export function reasonInWords(reason: string): string {
  if (reason === 'limit') return 'stopped at the limit set for this run';
  const code = ERROR_CODES.find((known) => known === reason);
  return code ? `${code}: ${MEANING[code]}` : reason;
}

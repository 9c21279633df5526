/** What a refusal of the service means for us. */
export type RefusalKind =
  /** The key is wrong. */
  | 'wrong-key'
  /** The account or this machine's address is not served. */
  | 'not-served'
  /** The account is empty. */
  | 'no-funds'
  /** The queue is full; the same request may be sent again after a pause. */
  | 'no-slot'
  /** Nobody could solve it; the price is given back. */
  | 'unsolvable'
  /** The service does not know the task, or knows it no longer. */
  | 'unknown-task'
  /** The service does not take such a task: what was read from the page is wrong. */
  | 'bad-task'
  /** A complaint that is not counted. */
  | 'report-refused'
  /** A code that is not in the contract. */
  | 'unknown';

/** An answer with an error code. */
export interface CaptchaRefusal {
  readonly refused: RefusalKind;
  /** The service's own word; `errorId N` where it gives none that may be shown. */
  readonly code: string;
}

/** Every code of the contract (2captcha.com/api-docs/error-codes and report-incorrect, read 2026-11). */
const KIND_OF: Readonly<Record<string, RefusalKind>> = {
  ERROR_KEY_DOES_NOT_EXIST: 'wrong-key',
  ERROR_WRONG_USER_KEY: 'wrong-key',
  ERROR_NO_SLOT_AVAILABLE: 'no-slot',
  ERROR_ZERO_CAPTCHA_FILESIZE: 'bad-task',
  ERROR_TOO_BIG_CAPTCHA_FILESIZE: 'bad-task',
  ERROR_PAGEURL: 'bad-task',
  ERROR_ZERO_BALANCE: 'no-funds',
  ERROR_IP_NOT_ALLOWED: 'not-served',
  ERROR_CAPTCHA_UNSOLVABLE: 'unsolvable',
  ERROR_BAD_DUPLICATES: 'unsolvable',
  ERROR_NO_SUCH_METHOD: 'bad-task',
  ERROR_IMAGE_TYPE_NOT_SUPPORTED: 'bad-task',
  ERROR_NO_SUCH_CAPCHA_ID: 'unknown-task',
  ERROR_WRONG_CAPTCHA_ID: 'unknown-task',
  ERROR_IP_BLOCKED: 'not-served',
  ERROR_TASK_ABSENT: 'bad-task',
  ERROR_TASK_NOT_SUPPORTED: 'bad-task',
  ERROR_RECAPTCHA_INVALID_SITEKEY: 'bad-task',
  ERROR_ACCOUNT_SUSPENDED: 'not-served',
  ERROR_BAD_PARAMETERS: 'bad-task',
  ERROR_BAD_IMGINSTRUCTIONS: 'bad-task',
  ERROR_BAD_PROXY: 'bad-task',
  ERROR_REPORT_NOT_RECORDED: 'report-refused',
};

/** Reads an error. The service's descriptions are never shown: they may repeat what was sent. */
export function refusalOf(errorId: number, errorCode: string | null): CaptchaRefusal {
  const code = errorCode !== null && /^[A-Z][A-Z_]{2,59}$/.test(errorCode) ? errorCode : `errorId ${errorId}`;
  return { refused: Object.hasOwn(KIND_OF, code) ? (KIND_OF[code] ?? 'unknown') : 'unknown', code };
}

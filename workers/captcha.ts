import type { Config } from '../core/config.js';
import { type CaptchaClient, createCaptchaClient } from '../net/captcha/client.js';
import { type CaptchaSolver, createCaptchaSolver } from '../net/captcha/solver.js';
import { ifNotFrozen } from '../net/emergency.js';
import { createCaptchaLedger } from '../store/captcha/tasks.js';
import type { Database } from '../store/database.js';
import { permissionHeld } from '../store/decisions.js';
import { readEmergency } from '../store/emergency.js';

/** The captcha service as the settings name it. Nothing is asked of it before a captcha stands before a permitted source. */
export function createSolver(config: Config, { db }: Pick<Database, 'db'>): CaptchaSolver {
  const { captchaBaseUrl: baseUrl, captchaApiKey: key, captchaPollMs: pollMs, mode } = config;
  return createCaptchaSolver({
    client: key === null ? null : unlessFrozen(createCaptchaClient({ baseUrl, key }), db),
    ledger: createCaptchaLedger(db, {
      dayUsdMicros: Math.round(config.captchaDayCapUsd * 1_000_000),
      monthUsdMicros: Math.round(config.captchaMonthCapUsd * 1_000_000),
    }),
    permitted: (source) => permissionHeld(db, source, 'captcha'),
    closed: mode === 'test' ? 'mode test makes no paid call' : null,
    host: new URL(baseUrl).host,
    pollMs,
  });
}

function unlessFrozen(client: CaptchaClient, db: Database['db']): CaptchaClient {
  const read = () => readEmergency(db);
  return {
    createTask: ifNotFrozen(client.createTask, read),
    result: ifNotFrozen(client.result, read),
    reportIncorrect: ifNotFrozen(client.reportIncorrect, read),
    balance: ifNotFrozen(client.balance, read),
  };
}

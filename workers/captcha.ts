import type { Config } from '../core/config.js';
import { createCaptchaClient } from '../net/captcha/client.js';
import { type CaptchaSolver, createCaptchaSolver } from '../net/captcha/solver.js';
import { createCaptchaLedger } from '../store/captcha-tasks.js';
import type { Database } from '../store/database.js';
import { permissionHeld } from '../store/decisions.js';

/** The captcha service as the settings name it. Nothing is asked of it before a captcha stands before a permitted source. */
export function createSolver(config: Config, { db }: Pick<Database, 'db'>): CaptchaSolver {
  const { captchaBaseUrl: baseUrl, captchaApiKey: key, captchaPollMs: pollMs, mode } = config;
  return createCaptchaSolver({
    client: key === null ? null : createCaptchaClient({ baseUrl, key }),
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

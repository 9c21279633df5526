import { runDateOf } from '../../core/dates.js';
import { BadConfig, SourceUnavailable } from '../../core/errors.js';
import { SOURCE_NAMES } from '../../core/schemas/names.js';
import { createCaptchaClient } from '../../net/captcha/client.js';
import { refusalError } from '../../net/captcha/solver.js';
import { type CaptchaFigures, captchaFigures } from '../../store/captcha/figures.js';
import { spentOn } from '../../store/cost/entries.js';
import { permissionHeld } from '../../store/decisions.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { Faults, theMarket } from '../run-request.js';
import { readSince } from '../source-request.js';

export interface CaptchaStatusFlags {
  readonly since?: string;
}

/** Figures of the captchas that were bought, from the database alone; asks no service. */
export async function captchaStatus(context: CliContext, flags: CaptchaStatusFlags): Promise<number> {
  const faults = new Faults();
  const [, market] = theMarket();
  const since = readSince(flags.since, market, faults);
  faults.throwAny();
  const { config } = await readSetting(context);
  const today = runDateOf(Date.now(), 'UTC');
  const { day, month, figures, permitted } = await withDatabase(config, async (db) => ({
    day: await spentOn(db, 'captcha', today),
    month: await spentOn(db, 'captcha', today.slice(0, 7)),
    figures: await captchaFigures(db, since),
    permitted: await Promise.all(SOURCE_NAMES.map((name) => permissionHeld(db, name, 'captcha'))),
  }));
  const caps = {
    day: { spentUsdMicros: day, capUsdMicros: Math.round(config.captchaDayCapUsd * 1_000_000) },
    month: { spentUsdMicros: month, capUsdMicros: Math.round(config.captchaMonthCapUsd * 1_000_000) },
  };
  const service = { host: new URL(config.captchaBaseUrl).host, hasKey: config.captchaApiKey !== null };
  const mayBuy = SOURCE_NAMES.filter((_name, at) => permitted[at]);
  const sources = figures.map(({ lastAt, ...one }) => ({ ...one, lastAt: lastAt.toISOString() }));
  context.out.document({
    schemaVersion: 1,
    since: since?.toISOString() ?? null,
    service,
    permitted: mayBuy,
    caps,
    sources,
  });
  context.out.data(`${service.host}: ${service.hasKey ? 'key set' : 'no key (CAPTCHA_API_KEY)'}`);
  context.out.data(`permitted for: ${mayBuy.join(', ') || 'no source'}`);
  for (const [period, { spentUsdMicros, capUsdMicros }] of Object.entries(caps))
    context.out.data(`this ${period} (UTC): ${dollars(spentUsdMicros)} of ${dollars(capUsdMicros)}`);
  if (figures.length === 0) context.out.note('no captcha was bought');
  else context.out.data(columnsOf([HEAD, ...figures.map(shown)]));
  return 0;
}

/** Asks the service for the balance. @throws BadConfig (key missing or refused), NetworkError, SourceUnavailable */
export async function captchaBalance(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const { captchaApiKey: key, captchaBaseUrl: baseUrl } = config;
  if (key === null) throw new BadConfig(['CAPTCHA_API_KEY is missing']);
  const { host } = new URL(baseUrl);
  const answer = await createCaptchaClient({ baseUrl, key }).balance(context.signal);
  if ('refused' in answer)
    throw refusalError(host, answer, config.captchaPollMs) ?? new SourceUnavailable(host, `refused (${answer.code})`);
  context.out.data(`${host}: ${dollars(answer.balanceUsdMicros)} left`);
  context.out.document({ schemaVersion: 1, host, balanceUsdMicros: answer.balanceUsdMicros });
  return 0;
}

const HEAD = ['SOURCE', 'BOUGHT', 'ACCEPTED', 'REJECTED', 'UNSOLVED', 'OPEN', 'SOLVE RATE', 'MEDIAN', 'COST', 'LAST'];

function shown({ source, tasks, states, solveRate, medianSolveMs, costUsdMicros, lastAt }: CaptchaFigures) {
  return [
    source,
    String(tasks),
    String(states.accepted),
    String(states.rejected),
    String(states.unsolvable + states.expired + states.lost),
    String(states.creating + states.open + states.used),
    solveRate === null ? '-' : `${(solveRate * 100).toFixed(1)} %`,
    medianSolveMs === null ? '-' : `${(medianSolveMs / 1_000).toFixed(1)} s`,
    dollars(costUsdMicros),
    lastAt.toISOString(),
  ];
}

/** US dollars with the thousandths that single captchas cost. */
const dollars = (usdMicros: number) => `${(usdMicros / 1_000_000).toFixed(3)} USD`;

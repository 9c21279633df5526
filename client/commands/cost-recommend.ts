import type { Db } from 'mongodb';
import { assertNever } from '../../core/assert.js';
import {
  type Act,
  costOfMeanDay,
  type Recommendation,
  type Remeasured,
  recommend,
} from '../../reports/cost/recommend.js';
import { noteAdvice } from '../../store/advice.js';
import { changeBudget } from '../../store/cost/budget-settings.js';
import { decide } from '../../store/decisions.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import type { BudgetFlags } from '../cost-words.js';
import { readDecision, usd } from '../cost-words.js';
import { CliError } from '../errors.js';
import { Faults } from '../run-request.js';
import { movedIn } from './budget.js';

/** Ways to spend less, and what became of those that were taken. */
export async function costRecommend(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const { recommendations, taken } = await withDatabase(config, (db) => recommend(db, Date.now()));
  const savesUsdMicros = recommendations.reduce((sum, one) => sum + one.savesUsdMicros, 0);
  context.out.document({ schemaVersion: 1, savesUsdMicros, recommendations, taken });
  if (recommendations.length === 0) context.out.data('nothing to recommend');
  else context.out.data(`${recommendations.length} recommendations, ${usd(savesUsdMicros)} USD to save in 30 days`);
  for (const one of recommendations) context.out.data(inWords(one));
  for (const one of taken) context.out.data(remeasuredInWords(one));
  return 0;
}

function inWords({ id, what, why, savesUsdMicros, act }: Recommendation): string {
  const how = act === null ? 'by hand' : `phx cost apply ${id}`;
  return `${id}: ${what}\n  why: ${why}\n  saves ${usd(savesUsdMicros)} USD in 30 days; ${how}`;
}

function remeasuredInWords({ id, at, by, beforeUsdMicros, sinceUsdMicros, days }: Remeasured): string {
  const measured =
    sinceUsdMicros === null
      ? 'the first whole day since has not ended'
      : `${usd(sinceUsdMicros)} USD a day over ${days} days since, ${usd(beforeUsdMicros - sinceUsdMicros)} less`;
  return `taken ${at} by ${by}: ${id}: ${usd(beforeUsdMicros)} USD a day before; ${measured}`;
}

/**
 * Puts a recommendation into effect, and notes what it costs now, so that the saving can be measured.
 * @throws CliError (NotFound) for one that there is not, (Refused) for one that only a person can do
 */
export async function costApply(context: CliContext, id: string, flags: BudgetFlags): Promise<number> {
  const faults = new Faults();
  const words = readDecision(flags, faults);
  faults.throwAny();
  const { config } = await readSetting(context);
  const applied = await withDatabase(config, async (db) => {
    const now = Date.now();
    const found = (await recommend(db, now)).recommendations.find((one) => one.id === id);
    if (found === undefined)
      throw new CliError('NotFound', `there is no recommendation ${id}`, 'phx cost recommend shows what there is');
    if (found.act === null) throw new CliError('Refused', `only a person can do that: ${found.what}`);
    const perDayUsdMicros = await costOfMeanDay(db, found, now);
    await act(db, found.act, words);
    await noteAdvice(db, { id, line: found.line, source: found.source, values: { perDayUsdMicros }, ...words });
    return { ...found, perDayUsdMicros };
  });
  context.out.data(`done: ${applied.what}`);
  context.out.data(`cost until now ${usd(applied.perDayUsdMicros)} USD a day; phx cost recommend measures it again`);
  context.out.document({ schemaVersion: 1, ...applied, ...words });
  return 0;
}

async function act(db: Db, wanted: Act, { by, note }: { readonly by: string; readonly note: string }): Promise<void> {
  switch (wanted.kind) {
    case 'no-more-captchas':
      await decide(db, { kind: 'captcha', subject: wanted.source, granted: false, reference: note, by });
      return;
    case 'move':
      await changeBudget(db, { values: movedIn(wanted), by, note });
      return;
    default:
      assertNever(wanted, 'act');
  }
}

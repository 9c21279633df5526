import type { Db } from 'mongodb';
import type { BudgetLine } from '../../core/schemas/money.js';
import type { SourceName } from '../../core/schemas/names.js';
import { type AdviceDocument, adviceTaken } from '../../store/advice.js';
import type { CaptchaTaskDocument } from '../../store/captcha/tasks.js';
import { currentBudget } from '../../store/cost/budget-settings.js';
import { accountingDay, type CostEntryDocument, entriesBetween } from '../../store/cost/entries.js';
import { permissionHeld } from '../../store/decisions.js';
import { type CostState, costsOf, readCostState } from './state.js';

/** Something that `phx cost apply` can do. */
export type Act =
  | { readonly kind: 'no-more-captchas'; readonly source: SourceName }
  | { readonly kind: 'move'; readonly from: BudgetLine; readonly to: BudgetLine; readonly usdMicros: number };

/** One way to spend less, or to be stopped later. */
export interface Recommendation {
  readonly id: string;
  readonly what: string;
  /** Figures that it rests on. */
  readonly why: string;
  readonly line: BudgetLine;
  readonly source: SourceName | null;
  /** Estimated saving in 30 days, from the last 30; 0 where nothing is saved. */
  readonly savesUsdMicros: number;
  /** Null where only a person can do it; then `what` says how. */
  readonly act: Act | null;
}

/** A recommendation that was put into effect, measured again. Micro-dollars a day. */
export interface Remeasured {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly beforeUsdMicros: number;
  /** Of the whole days since; null before the first has ended. */
  readonly sinceUsdMicros: number | null;
  readonly days: number;
}

const DAY_MS = 86_400_000;
const WINDOW_DAYS = 30;
/** Fewer captchas than this say nothing. */
const LEAST_TASKS = 5;
/** Below this share of taken solutions a source is better left alone. */
const POOR_SHARE = 0.5;
/** Above this share of money for nothing it is worth a look. */
const WASTE_SHARE = 0.2;
/** Room above the forecast that a line gets. */
const ROOM = 1.1;
const CENT = 10_000;

/** What can be done, the largest saving first; and what became of what was done. Figures are those of the last 30 days. */
export async function recommend(
  db: Db,
  now: number,
): Promise<{ readonly recommendations: readonly Recommendation[]; readonly taken: readonly Remeasured[] }> {
  const today = accountingDay(now);
  const entries = await entriesBetween(db, accountingDay(now - (WINDOW_DAYS - 1) * DAY_MS), today);
  const found = [
    ...(await poorCaptchas(db, entries, now)),
    ...(await idleProxies(db, entries, now)),
    ...narrowLines(await readCostState(db, now)),
    ...(await unknownElectricity(db)),
  ];
  const taken = await Promise.all((await adviceTaken(db)).map((advice) => remeasure(db, advice, today)));
  return { recommendations: found.sort((a, b) => b.savesUsdMicros - a.savesUsdMicros), taken };
}

/** Cost of a mean day of the window, of what a recommendation is about; micro-dollars. */
export async function costOfMeanDay(
  db: Db,
  { line, source }: Pick<Recommendation, 'line' | 'source'>,
  now: number,
): Promise<number> {
  const entries = await entriesBetween(db, accountingDay(now - WINDOW_DAYS * DAY_MS), accountingDay(now - DAY_MS));
  return Math.round(costsOf(entries.filter((entry) => isAbout(entry, line, source))) / WINDOW_DAYS);
}

const isAbout = (entry: CostEntryDocument, line: string, source: string | null) =>
  entry.line === line && (source === null || entry.source === source);

async function remeasure(db: Db, advice: AdviceDocument, today: string): Promise<Remeasured> {
  const { id, at, by, line, source, values } = advice;
  const first = accountingDay(at.getTime() + DAY_MS);
  const last = accountingDay(Date.parse(today) - DAY_MS);
  const days = Math.max(0, Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1);
  const since = days === 0 ? [] : await entriesBetween(db, first, last);
  const spent = costsOf(since.filter((entry) => isAbout(entry, line, source)));
  const sinceUsdMicros = days === 0 ? null : Math.round(spent / days);
  return { id, at: at.toISOString(), by, beforeUsdMicros: values.perDayUsdMicros, sinceUsdMicros, days };
}

async function poorCaptchas(
  db: Db,
  entries: readonly CostEntryDocument[],
  now: number,
): Promise<readonly Recommendation[]> {
  const ended = await db
    .collection<CaptchaTaskDocument>('captcha_tasks')
    .find({
      createdAt: { $gte: new Date(now - WINDOW_DAYS * DAY_MS) },
      state: { $in: ['accepted', 'rejected', 'expired', 'lost', 'unsolvable'] },
    })
    .toArray();
  const sources = [...new Set(ended.map(({ source }) => source))].sort();
  const found = sources.map(async (source): Promise<readonly Recommendation[]> => {
    const tasks = ended.filter((task) => task.source === source);
    const own = entries.filter((entry) => entry.line === 'captcha' && entry.source === source);
    const taken = tasks.filter(({ state }) => state === 'accepted');
    const good = new Set(taken.map(({ _id }) => `captcha:${_id}`));
    const [all, wasted] = [costsOf(own), costsOf(own.filter(({ _id }) => !good.has(_id)))];
    if (tasks.length < LEAST_TASKS || wasted < all * WASTE_SHARE || wasted === 0) return [];
    const share = taken.length / tasks.length;
    const why = `the site took ${taken.length} of ${tasks.length} solutions in ${WINDOW_DAYS} days; ${dollars(wasted)} of ${dollars(all)} USD were for nothing`;
    const about = { line: 'captcha', source, why } as const;
    if (share >= POOR_SHARE || !(await permissionHeld(db, source, 'captcha'))) {
      const what = `look why ${source} does not take solutions (phx captcha status, the pages that were kept)`;
      return [{ id: `captchas-of-${source}`, what, ...about, savesUsdMicros: wasted, act: null }];
    }
    const what = `have no more captchas of ${source} solved until its pages are understood`;
    const act = { kind: 'no-more-captchas', source } as const;
    return [{ id: `no-captchas-of-${source}`, what, ...about, savesUsdMicros: all, act }];
  });
  return (await Promise.all(found)).flat();
}

async function idleProxies(
  db: Db,
  entries: readonly CostEntryDocument[],
  now: number,
): Promise<readonly Recommendation[]> {
  const plan = entries.filter(({ item }) => item === 'proxy-plan').at(-1);
  if (plan?.termUsdMicros === undefined) return [];
  const used = await db
    .collection('fetches')
    .findOne({ proxy: { $type: 'string' }, grantedAt: { $gte: new Date(now - WINDOW_DAYS * DAY_MS) } });
  if (used !== null) return [];
  return [
    {
      id: 'proxy-plan',
      what: 'end the plan at the proxy service, then take WEBSHARE_API_KEY out of the settings',
      why: `no request of the last ${WINDOW_DAYS} days went through a proxy, and the plan costs ${dollars(plan.termUsdMicros)} USD for 30 days`,
      line: 'proxies',
      source: null,
      savesUsdMicros: plan.termUsdMicros,
      act: null,
    },
  ];
}

/** A line that its forecast passes gets what it needs from the line that has most to spare. */
function narrowLines({ lines }: CostState): readonly Recommendation[] {
  return lines
    .filter(({ forecastUsdMicros, budgetUsdMicros }) => forecastUsdMicros > budgetUsdMicros)
    .flatMap(({ line, forecastUsdMicros, budgetUsdMicros }) => {
      const usdMicros = Math.ceil((forecastUsdMicros * ROOM - budgetUsdMicros) / CENT) * CENT;
      const spare = (one: CostState['lines'][number]) => one.budgetUsdMicros - one.forecastUsdMicros;
      const [giver] = lines
        .filter((one) => one.line !== line && spare(one) >= usdMicros)
        .sort((a, b) => spare(b) - spare(a));
      if (giver === undefined) return [];
      const what = `move ${dollars(usdMicros)} USD from ${giver.line} to ${line}: nothing is saved, and its calls are not refused before the end of the month`;
      const why = `${line} leads to ${dollars(forecastUsdMicros)} USD with ${dollars(budgetUsdMicros)} on its line; ${giver.line} keeps ${dollars(spare(giver) - usdMicros)} more than it needs`;
      const act = { kind: 'move', from: giver.line, to: line, usdMicros } as const;
      return [{ id: `room-for-${line}`, what, why, line, source: null, savesUsdMicros: 0, act }];
    });
}

async function unknownElectricity(db: Db): Promise<readonly Recommendation[]> {
  const { assumptions } = await currentBudget(db);
  if (assumptions['machine-watts'] > 0 && assumptions['electricity-usd-per-kwh'] > 0) return [];
  return [
    {
      id: 'electricity',
      what: 'say what the machine draws and what electricity costs: phx budget set machine-watts and electricity-usd-per-kwh',
      why: 'machine and model are counted as free as long as that is not known',
      line: 'compute',
      source: null,
      savesUsdMicros: 0,
      act: null,
    },
  ];
}

const dollars = (micros: number) => (micros / 1_000_000).toFixed(4);

import { percentOf } from '../../domain/budget.js';
import { waitingNotices } from '../alerts/deliveries.js';
import { minutesUp } from '../alerts/minutes.js';
import { findUntaken } from '../alerts/untaken.js';
import { currentBudget } from '../cost/budget-settings.js';
import { latestReadings } from '../cost/provider-readings.js';
import { databaseBytes } from '../size.js';
import type { MachineFigures } from './context.js';
import { DAILY, DAY_MS, type Detector, latestDay, MINUTE_MS, percent } from './context.js';

/** Fewer minutes would make a share of a morning an uptime. */
const LEAST_MINUTES = 60;
const UPTIME_DAYS = 30;

/** Share of the minutes of 30 days, or since the first one, in which an evaluation went through worker, Temporal and database. */
export const uptime: Detector = async ({ db, nowMs }) => {
  const { up, of } = await minutesUp(db, nowMs - UPTIME_DAYS * DAY_MS, nowMs);
  if (of < LEAST_MINUTES) return [];
  const value = up / of;
  return [{ subject: 'system', value, text: `up in ${up} of ${of} minutes (${percent(value)})` }];
};

const machineShare =
  (part: keyof MachineFigures): Detector =>
  async ({ machine }) => {
    const value = (await machine())[part];
    return value === null ? [] : [{ subject: 'machine', value, text: `${part} ${percent(value)} in use` }];
  };

export const cpuShare = machineShare('cpu');
export const memoryShare = machineShare('memory');
export const diskShare = machineShare('disk');

const MIB = 1024 * 1024;
const PINGS = 5;

/** Mean of five round trips to the database. */
export const databaseMs: Detector = async ({ db }) => {
  const fromMs = performance.now();
  for (let at = 0; at < PINGS; at += 1) await db.command({ ping: 1 });
  const value = (performance.now() - fromMs) / PINGS;
  return [{ subject: 'database', value, text: `the database answers in ${Math.round(value)} ms` }];
};

/** Share of the quota that the database fills; nothing where there is none. */
export const databaseFilled: Detector = async ({ db, quotaBytes }) => {
  if (quotaBytes === null) return [];
  const bytes = await databaseBytes(db);
  const value = bytes / quotaBytes;
  const mib = (some: number) => Math.round(some / MIB);
  const text = `the database holds ${mib(bytes)} MiB of ${mib(quotaBytes)} MiB (${percent(value)})`;
  return [{ subject: 'database', value, text }];
};

/** Minutes that the oldest notice of each channel has been waiting beyond its time. */
export const noticesWaiting: Detector = async ({ db, nowMs }) => {
  const waiting = await waitingNotices(db, nowMs);
  return waiting.map(({ channel, oldestMs, notices }) => {
    const value = (nowMs - oldestMs) / MINUTE_MS;
    return {
      subject: channel,
      value,
      text: `${notices} notices wait for ${channel}, the oldest for ${Math.round(value)} min`,
    };
  });
};

/** Measures that could not be taken: their own alerts cannot fire meanwhile. */
export const measuresUntaken: Detector = async ({ db, market }) =>
  (await findUntaken(db, market)).map(({ measure, problem }) => ({
    subject: measure,
    value: 1,
    text: `${measure} cannot be measured: ${problem}`,
  }));

export const versionRuns: Detector = async ({ version }) => [
  { subject: version, value: 1, text: `version ${version} runs` },
];

const USD_MICROS = 1_000_000;

async function spentMicros({ db }: Parameters<Detector>[0], filter: object): Promise<number> {
  const [found] = await db
    .collection('cost_entries')
    .aggregate<{ sum: number }>([{ $match: filter }, { $group: { _id: null, sum: { $sum: '$costUsdMicros' } } }])
    .toArray();
  return found?.sum ?? 0;
}

const inPeriod = (period: string) => ({ day: { $gte: period, $lt: `${period}~` } });
/** Providers bill by days of UTC, and so do the entries. */
const utcDay = (nowMs: number) => new Date(nowMs).toISOString().slice(0, 10);

/** Above this, as of a cap of nothing, how often it was spent says no more. */
const MOST_TIMES = 1_000;

export const budgetShare: Detector = async (context) => {
  const spent = (await spentMicros(context, inPeriod(utcDay(context.nowMs).slice(0, 7)))) / USD_MICROS;
  const cap = (await currentBudget(context.db)).capUsdMicros / USD_MICROS;
  const value = Math.min(percentOf(spent, cap) / 100, MOST_TIMES);
  return [
    { subject: 'month', value, text: `${spent.toFixed(2)} of ${cap.toFixed(2)} dollars are spent (${percent(value)})` },
  ];
};

export const dayCost: Detector = async (context) => {
  const value = (await spentMicros(context, inPeriod(utcDay(context.nowMs)))) / USD_MICROS;
  return [{ subject: 'day', value, text: `${value.toFixed(2)} dollars are spent today` }];
};

/** Cost of the latest day over the rows it saw. */
export const propertyCost: Detector = async (context) => {
  const run = await latestDay(context);
  const seen = run?.counts?.seen ?? 0;
  if (run === null || seen === 0) return [];
  const value = (await spentMicros(context, { runKey: run._id })) / USD_MICROS / seen;
  return [{ subject: DAILY, value, text: `a property of ${run.runDate} cost ${value.toFixed(4)} dollars` }];
};

/** Days that each prepaid balance lasts. */
export const balanceDays: Detector = async ({ db }) => {
  const readings = await latestReadings(db);
  return readings.flatMap(({ provider, daysLeft = null }) => {
    if (daysLeft === null) return [];
    return [
      { subject: provider, value: daysLeft, text: `the balance at ${provider} lasts ${Math.round(daysLeft)} days` },
    ];
  });
};

/** How far each bill is off what we booked, as a share of it. */
export const billDifference: Detector = async ({ db }) => {
  const readings = await latestReadings(db);
  return readings.flatMap(({ provider, verdict, differenceUsdMicros, bookedUsdMicros }) => {
    if (verdict === null || verdict === 'top-up' || differenceUsdMicros === 0) return [];
    const difference = Math.abs(differenceUsdMicros);
    const value = difference / Math.max(bookedUsdMicros, difference, 1);
    const [off, booked] = [difference, bookedUsdMicros].map((micros) => (micros / USD_MICROS).toFixed(4));
    return [{ subject: provider, value, text: `${provider} says ${off} dollars other than the ${booked} we booked` }];
  });
};

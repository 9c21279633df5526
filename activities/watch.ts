import { Context } from '@temporalio/activity';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { Config } from '../core/config.js';
import { instantOf, runDateOf } from '../core/dates.js';
import { loadSchedules } from '../core/product-settings.js';
import { optionsIn } from '../core/run-options.js';
import { DEFAULT_RUN_OPTIONS, type RunOptions } from '../core/schemas/run.js';
import type { Database } from '../store/database.js';
import { frozenError } from '../store/emergency.js';
import { beganOn } from '../store/runs.js';

export interface WatchDeps {
  readonly config: Config;
  readonly database: Database;
}

/** A day that is to be started; else why not. */
export type MissedDay =
  | { readonly start: { readonly runDate: string; readonly options: RunOptions } }
  | { readonly start: null; readonly reason: string };

/** Activities of the watchdog. They only look, and are safe to repeat. @throws StoreUnavailable (retried), BadConfig (final) */
export function createWatchActivities({ config, database: { db } }: WatchDeps) {
  return {
    /**
     * Whether today's sequence of a market was due and nobody began it: not where a person paused its schedule or froze everything,
     * and not where the schedule was made after the day was due.
     * @param atMs epoch milliseconds
     */
    async missedDay({ market, atMs }: { readonly market: string; readonly atMs: number }): Promise<MissedDay> {
      const no = (reason: string): MissedDay => ({ start: null, reason });
      const [row] = loadSchedules().flatMap((one) =>
        one.workflow === 'dailySequence' && one.market === market ? [one] : [],
      );
      if (row === undefined) return no(`no schedule starts a day of ${market}`);
      const runDate = runDateOf(atMs, row.timeZone);
      const dueMs = instantOf(runDate, row.calendar.hour, row.calendar.minute, row.timeZone);
      if (atMs < dueMs) return no(`the day ${runDate} is not due yet`);
      const began = await beganOn(db, market, runDate);
      if (began !== null) return no(`the day ${runDate} began at ${began.toISOString()}`);
      const frozen = await frozenError(db);
      if (frozen !== null) return no(frozen.message);
      const schedule = await scheduleState(row.scheduleId);
      if (schedule === null) return no(`there is no schedule ${row.scheduleId}: phx schedules apply makes it`);
      if (schedule.paused) return no(`the schedule ${row.scheduleId} is paused: ${schedule.note}`);
      if (schedule.madeAtMs > dueMs) return no(`the schedule ${row.scheduleId} was made after the day was due`);
      return { start: { runDate, options: optionsIn(config.mode, DEFAULT_RUN_OPTIONS) } };
    },
  };
}

export type WatchActivities = ReturnType<typeof createWatchActivities>;

async function scheduleState(
  scheduleId: string,
): Promise<{ readonly paused: boolean; readonly note: string; readonly madeAtMs: number } | null> {
  try {
    const { state, info } = await Context.current().client.schedule.getHandle(scheduleId).describe();
    return { paused: state.paused, note: state.note ?? '', madeAtMs: info.createdAt.getTime() };
  } catch (problem) {
    if (problem instanceof ScheduleNotFoundError) return null;
    throw problem;
  }
}

import { Context } from '@temporalio/activity';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { Db } from 'mongodb';
import type { Config } from '../core/config.js';
import { instantOf, runDateOf } from '../core/dates.js';
import { dailyWorkflowId } from '../core/ids.js';
import {
  defaultMarket,
  loadIncidentSettings,
  loadPhaseBudgets,
  loadSchedules,
  type ScheduleRow,
} from '../core/product-settings.js';
import { optionsIn } from '../core/run-options.js';
import type { IncidentSettings, WatchLook, WatchVerdict } from '../core/schemas/incidents.js';
import { DEFAULT_RUN_OPTIONS, type RunOptions } from '../core/schemas/run.js';
import type { SequenceProgress } from '../core/schemas/sequence.js';
import { lastMinute } from '../store/alerts/minutes.js';
import type { Database } from '../store/database.js';
import { latestDay } from '../store/detectors/context.js';
import { standstill } from '../store/detectors/day.js';
import type { RunDocument } from '../store/documents.js';
import { frozenError } from '../store/emergency.js';
import { keepRound, lastRound, type WatchRound } from '../store/incidents/watch-rounds.js';
import { beganOn, latestRunOf } from '../store/runs.js';
import { windowsOfDay } from '../store/windows/windows.js';
import { hangingParts } from './hanging-parts.js';

export interface WatchDeps {
  readonly config: Config;
  readonly database: Database;
}

interface Looking {
  readonly market: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** A day that is to be started; else why not. */
export type MissedDay =
  | { readonly start: { readonly runDate: string; readonly options: RunOptions } }
  | { readonly start: null; readonly reason: string };

const MINUTE_MS = 60_000;

/** Activities of the watchdog. They only look, and are safe to repeat. @throws StoreUnavailable (retried), BadConfig (final) */
export function createWatchActivities({ config, database: { db } }: WatchDeps) {
  /**
   * Whether today's sequence of a market was due and nobody began it: not where a person paused its schedule or froze everything,
   * and not where the schedule was made after the day was due.
   */
  const missedDay = async ({ market, atMs }: Looking): Promise<MissedDay> => {
    const no = (reason: string): MissedDay => ({ start: null, reason });
    const day = dayOf(market, atMs);
    if (day === null) return no(`no schedule starts a day of ${market}`);
    const { runDate, dueMs, scheduleId } = day;
    if (atMs < dueMs) return no(`the day ${runDate} is not due yet`);
    const began = await beganOn(db, market, runDate);
    if (began !== null) return no(`the day ${runDate} began at ${began.toISOString()}`);
    const frozen = await frozenError(db);
    if (frozen !== null) return no(frozen.message);
    const schedule = await scheduleState(scheduleId);
    if (schedule === null) return no(`there is no schedule ${scheduleId}: phx schedules apply makes it`);
    if (schedule.paused) return no(`the schedule ${scheduleId} is paused: ${schedule.note}`);
    if (schedule.madeAtMs > dueMs) return no(`the schedule ${scheduleId} was made after the day was due`);
    return { start: { runDate, options: optionsIn(config.mode, DEFAULT_RUN_OPTIONS) } };
  };
  return {
    missedDay,

    /** How the day stands, and whether alerts are evaluated. */
    async lookAtDay(looking: Looking): Promise<WatchLook> {
      const { watchdog: limits } = loadIncidentSettings();
      const faults = (await lastRound(db, looking.market))?.faults ?? [];
      const evaluation = await deadEvaluation(db, looking, limits);
      const { state, verdicts } = await lookAtRun(db, looking, limits);
      if (state !== 'idle' || !isDue(looking, limits)) {
        return { state, verdicts: [...verdicts, ...evaluation], faults };
      }
      const missed = await missedDay(looking);
      return { state: missed.start === null ? 'idle' : 'missed', verdicts: [...verdicts, ...evaluation], faults };
    },

    /** Keeps what the round came to. */
    async keepRound(round: WatchRound): Promise<void> {
      await keepRound(db, round);
    },
  };
}

export type WatchActivities = ReturnType<typeof createWatchActivities>;

type Limits = IncidentSettings['watchdog'];
type DailyRow = Extract<ScheduleRow, { workflow: 'dailySequence' }>;

function dayOf(market: string, atMs: number) {
  const row = loadSchedules().find((one): one is DailyRow => one.workflow === 'dailySequence' && one.market === market);
  if (row === undefined) return null;
  const { scheduleId, timeZone, calendar } = row;
  const runDate = runDateOf(atMs, timeZone);
  return { scheduleId, runDate, dueMs: instantOf(runDate, calendar.hour, calendar.minute, timeZone) };
}

/** False before the day is due and a grace is over. */
function isDue({ market, atMs }: Looking, { graceMinutes }: Limits): boolean {
  const day = dayOf(market, atMs);
  return day !== null && atMs >= day.dueMs + graceMinutes * MINUTE_MS;
}

async function lookAtRun(
  db: Db,
  { market, atMs }: Looking,
  limits: Limits,
): Promise<Pick<WatchLook, 'state' | 'verdicts'>> {
  const day = dayOf(market, atMs);
  const run = day === null ? null : await latestRunOf(db, dailyWorkflowId(market, day.runDate));
  if (run !== null) return lookInto(db, run, atMs, limits);
  // What stood still before midnight stands still after it, and keeps nobody from starting the day that it is now.
  const before = await latestDay({ db, market, nowMs: atMs });
  const { verdicts } = before?.status === 'running' ? await lookInto(db, before, atMs, limits) : { verdicts: [] };
  return { state: 'idle', verdicts };
}

async function lookInto(
  db: Db,
  run: RunDocument,
  atMs: number,
  limits: Limits,
): Promise<Pick<WatchLook, 'state' | 'verdicts'>> {
  const { market } = run;
  const few = await tooFew(db, run);
  if (run.status !== 'running') return { state: 'closed', verdicts: few };
  const paused = await isPaused(run.workflowId);
  if (paused || (await frozenError(db)) !== null) return { state: 'running', verdicts: few };
  const hanging = await hangingParts(Context.current().client, run.workflowId, limits.manyAttempts);
  const still = await standstill({ db, market, nowMs: atMs });
  const verdicts: WatchVerdict[] = [...few, ...tooSlow(run, atMs)];
  const named = hanging.length === 0 ? '' : `; hanging: ${hanging.join('; ')}`;
  if (still !== null && still.minutes >= limits.stuckMinutes) {
    const text = `the day ${still.runDate} runs and has collected nothing for ${Math.round(still.minutes)} min${named}`;
    verdicts.push({ kind: 'stuck', raise: true, text });
  } else if (hanging.length > 0) verdicts.push({ kind: 'hanging', raise: true, text: hanging.join('; ') });
  return { state: 'running', verdicts };
}

/** Alerts tell of it (`collection-slow`, `day-late`); here it stands beside the other findings. */
function tooSlow({ startedAt, runDate }: RunDocument, atMs: number): readonly WatchVerdict[] {
  const { prepare, collect } = loadPhaseBudgets();
  const budgetMinutes = prepare.budgetMinutes + collect.budgetMinutes;
  const minutes = Math.round((atMs - startedAt.getTime()) / MINUTE_MS);
  if (minutes <= budgetMinutes) return [];
  const text = `the day ${runDate} has run for ${minutes} min; preparing and collecting have ${budgetMinutes}`;
  return [{ kind: 'slow', raise: false, text }];
}

/** Windows below their expected band. The alert `windows-suspect` opens their incident, whose first step asks again. */
async function tooFew(db: Db, { market, runDate }: RunDocument): Promise<readonly WatchVerdict[]> {
  const suspect = (await windowsOfDay(db, market, runDate)).filter(({ state }) => state === 'suspect');
  if (suspect.length === 0) return [];
  const names = suspect.map(({ source, zip, reason }) => `${source} ${zip}: ${reason ?? 'suspect'}`);
  return [{ kind: 'few', raise: false, text: names.join('; ') }];
}

/** The evaluation of alerts is started every minute with the default market; a schedule that a person paused is meant. */
async function deadEvaluation(db: Db, { market, atMs }: Looking, limits: Limits): Promise<readonly WatchVerdict[]> {
  if (market !== defaultMarket()) return [];
  const scheduleId = `alerts-${market}`;
  const schedule = await scheduleState(scheduleId);
  if (schedule === null || schedule.paused) return [];
  const lastMs = Math.max((await lastMinute(db)) ?? 0, schedule.madeAtMs);
  const silent = Math.floor((atMs - lastMs) / MINUTE_MS);
  if (silent < limits.evaluationMinutes) return [];
  const text = `no alert was evaluated for ${silent} min: phx schedules list shows ${scheduleId}, phx doctor what is away`;
  return [{ kind: 'evaluation', raise: true, text }];
}

/** A run that does not answer is not known to be paused. */
async function isPaused(workflowId: string): Promise<boolean> {
  try {
    const { paused } = await Context.current()
      .client.workflow.getHandle(workflowId)
      .query<SequenceProgress>('progress');
    return paused;
  } catch {
    return false;
  }
}

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

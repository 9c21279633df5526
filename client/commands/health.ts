import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import type { Config } from '../../core/config.js';
import { PhoenixError } from '../../core/errors.js';
import { defaultMarket, loadIncidentSettings, loadSchedules } from '../../core/product-settings.js';
import { lastMinute } from '../../store/alerts/minutes.js';
import { lastRound } from '../../store/incidents/watch-rounds.js';
import { readSetting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { servesQueue } from '../worker-check.js';
import { doctorLines } from './doctor.js';

export interface HealthFlags {
  readonly quick?: true;
}

/** `away`: a service does not answer. `off`: nobody wants it to run. */
interface HealthLine {
  readonly part: string;
  readonly state: 'ok' | 'off' | 'problem' | 'away';
  readonly evidence: string;
}

const FOUND = 3;
const AWAY = 6;
const MINUTE_MS = 60_000;
/** Two rounds of the watchdog may be late on a busy machine. */
const ROUNDS_LATE = 3;

/**
 * Whether everything is alive; needs no worker to say so.
 * @returns 0 when it is, 3 when a person is needed, 6 when Temporal or the database does not answer
 */
export async function health(context: CliContext, { quick }: HealthFlags): Promise<number> {
  const { config } = await readSetting(context);
  const [temporal, database] = await Promise.all([lookAtTemporal(context, config), lookAtDatabase(config)]);
  const market = defaultMarket();
  const { watchdog } = loadIncidentSettings();
  const lines = [
    ...temporal.lines,
    database.line,
    ageLine('evaluation', temporal.evaluation, database.evaluatedMs, watchdog.evaluationMinutes),
    ageLine('watchdog', temporal.watchdog, database.watchedMs, ROUNDS_LATE * everyMinutes(market)),
    ...(quick ? [] : await further(config)),
  ];
  context.out.document({ schemaVersion: 1, mode: config.mode, ok: exitOf(lines) === 0, checks: lines });
  context.out.data(columnsOf(lines.map(({ state, part, evidence }) => [state, part, evidence])));
  return exitOf(lines);
}

function exitOf(lines: readonly HealthLine[]): number {
  if (lines.some(({ state }) => state === 'away')) return AWAY;
  return lines.some(({ state }) => state === 'problem') ? FOUND : 0;
}

async function further(config: Config): Promise<readonly HealthLine[]> {
  const lines = await doctorLines(config);
  return lines.map(({ part, state, evidence }) => ({ part, evidence, state: state === 'problem' ? state : 'ok' }));
}

interface Seen {
  readonly lines: readonly HealthLine[];
  /** When the schedule was made, epoch milliseconds; `off` where it is not there or paused; null when nobody could ask. */
  readonly evaluation: number | 'off' | null;
  readonly watchdog: number | 'off' | null;
}

async function lookAtTemporal(context: CliContext, config: Config): Promise<Seen> {
  const market = defaultMarket();
  try {
    return await withTemporal(context, config, async (client) => {
      const worker = await servesQueue(client);
      const evidence = worker ? 'polls the queue of the workflows' : 'none polls: phx stack up starts one';
      const lines: readonly HealthLine[] = [
        { part: 'temporal', state: 'ok', evidence: `answers at ${config.temporalAddress}` },
        { part: 'worker', state: worker ? 'ok' : 'problem', evidence },
      ];
      const evaluation = await madeAt(client, `alerts-${market}`);
      return { lines, evaluation, watchdog: await madeAt(client, `watchdog-${market}`) };
    });
  } catch (problem) {
    const evidence = awayBecause(problem);
    return { lines: [{ part: 'temporal', state: 'away', evidence }], evaluation: null, watchdog: null };
  }
}

async function madeAt(client: Client, scheduleId: string): Promise<number | 'off'> {
  try {
    const { state, info } = await client.schedule.getHandle(scheduleId).describe();
    return state.paused ? 'off' : info.createdAt.getTime();
  } catch (problem) {
    if (problem instanceof ScheduleNotFoundError) return 'off';
    throw problem;
  }
}

async function lookAtDatabase(config: Config) {
  try {
    return await withDatabase(config, async (db) => {
      const began = performance.now();
      await db.command({ ping: 1 });
      const evidence = `answers in ${Math.round(performance.now() - began)} ms`;
      const line: HealthLine = { part: 'database', state: 'ok', evidence };
      const watched = await lastRound(db, defaultMarket());
      return { line, evaluatedMs: await lastMinute(db), watchedMs: watched?.at.getTime() ?? null };
    });
  } catch (problem) {
    const line: HealthLine = { part: 'database', state: 'away', evidence: awayBecause(problem) };
    return { line, evaluatedMs: null, watchedMs: null };
  }
}

/** What is no failure of a service is a fault of this program. */
function awayBecause(problem: unknown): string {
  if (problem instanceof PhoenixError) return problem.message;
  if (problem instanceof Error && problem.name === 'ServiceError') return problem.message;
  throw problem;
}

function ageLine(part: string, schedule: Seen['evaluation'], lastMs: number | null, mostMinutes: number): HealthLine {
  if (schedule === 'off') return { part, state: 'off', evidence: 'not on schedule: phx alerts setup makes it' };
  if (schedule === null) return { part, state: 'problem', evidence: 'its schedule could not be asked for' };
  const minutes = Math.floor((Date.now() - Math.max(lastMs ?? 0, schedule)) / MINUTE_MS);
  const evidence = lastMs === null ? `never ran, on schedule for ${minutes} min` : `last ran ${minutes} min ago`;
  return { part, evidence, state: minutes > mostMinutes ? 'problem' : 'ok' };
}

function everyMinutes(market: string): number {
  const row = loadSchedules().find((one) => one.workflow === 'watchdog' && one.market === market);
  return row?.workflow === 'watchdog' ? row.everyMinutes : 0;
}

import { type Client, type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { loadSchedules, type ScheduleRow } from '../../core/product-settings.js';
import { readSetting, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { nearest } from '../nearest.js';
import { columnsOf } from '../output.js';
import { reconcileSchedule } from '../schedule-plan.js';

const MOST_TIMES = 3;

/** Makes the server's schedules those of `config/schedules.json`. A repeat changes nothing. */
export async function applySchedules(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const done = await withTemporal(context, config, async (client) => {
    const results: { readonly scheduleId: string; readonly result: 'created' | 'updated' }[] = [];
    for (const row of loadSchedules()) {
      results.push({ scheduleId: row.scheduleId, result: await reconcileSchedule(client, config.mode, row) });
    }
    return results;
  });
  for (const { scheduleId, result } of done) context.out.data(`${scheduleId}: ${result}`);
  context.out.document(done.map((row) => ({ schemaVersion: 1, ...row })));
  return 0;
}

/** Schedules of the file, each with its state and next run times. */
export async function listSchedules(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const rows = await withTemporal(context, config, (client) =>
    Promise.all(loadSchedules().map((row) => stateOf(client, row))),
  );
  context.out.document(rows);
  const shown = rows.map(({ scheduleId, state, timeZone, next, note }) => {
    const [first] = next;
    return [scheduleId, state, first?.utc ?? '-', first ? `${first.local} ${timeZone}` : '-', note ?? ''];
  });
  context.out.data(columnsOf([['SCHEDULE', 'STATE', 'NEXT (UTC)', 'NEXT (LOCAL)', 'NOTE'], ...shown]));
  return 0;
}

async function stateOf(client: Client, { scheduleId, timeZone, comment }: ScheduleRow) {
  const described = await client.schedule.getHandle(scheduleId).describe().catch(missing);
  const times = described?.info.nextActionTimes ?? [];
  return {
    schemaVersion: 1,
    scheduleId,
    state: stateName(described),
    comment,
    timeZone,
    note: described?.state.note ?? null,
    next: times.slice(0, MOST_TIMES).map((time) => ({ utc: time.toISOString(), local: localTime(time, timeZone) })),
    skippedOverlap: described?.info.numActionsSkippedOverlap ?? 0,
    missedCatchup: described?.info.numActionsMissedCatchupWindow ?? 0,
  };
}

function stateName(described: ScheduleDescription | null): 'active' | 'paused' | 'not applied' {
  if (described === null) return 'not applied';
  return described.state.paused ? 'paused' : 'active';
}

function missing(problem: unknown): null {
  if (problem instanceof ScheduleNotFoundError) return null;
  throw problem;
}

function localTime(time: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(time);
}

export type ScheduleVerb = 'trigger' | 'pause' | 'resume';

/** Runs a schedule now, holds it or lets it go on. @throws CliError (NotFound) for one that is not declared */
export async function steerSchedule(
  context: CliContext,
  verb: ScheduleVerb,
  scheduleId: string,
  { note }: { readonly note?: string },
): Promise<number> {
  const declared = loadSchedules().map((row) => row.scheduleId);
  if (!declared.includes(scheduleId)) {
    const like = nearest(scheduleId, declared);
    const hint = `there are: ${declared.join(', ')}${like === null ? '' : `; did you mean ${like}?`}`;
    throw new CliError('NotFound', `schedule ${scheduleId} is not declared in config/schedules.json`, hint);
  }
  const { config } = await readSetting(context);
  await withTemporal(context, config, async (client) => {
    const handle = client.schedule.getHandle(scheduleId);
    if (verb === 'trigger') await handle.trigger();
    else if (verb === 'pause') await handle.pause(note ?? 'held by phx schedules pause');
    else await handle.unpause(note ?? 'released by phx schedules resume');
  });
  context.out.data(`${scheduleId}: ${DONE[verb]}`);
  context.out.document({ schemaVersion: 1, scheduleId, verb });
  return 0;
}

const DONE: Readonly<Record<ScheduleVerb, string>> = {
  trigger: 'started; phx runs watch follows it',
  pause: 'held',
  resume: 'goes on',
};

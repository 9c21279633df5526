import type { Db } from 'mongodb';
import { CAPTCHA_STATES, type CaptchaState } from '../../core/schemas/captcha.js';
import type { SourceName } from '../../core/schemas/names.js';
import { median } from '../../domain/statistics.js';
import type { CostEntryDocument } from '../cost/entries.js';
import type { CaptchaTaskDocument } from './tasks.js';

/** How the captchas of one source went. */
export interface CaptchaFigures {
  readonly source: SourceName;
  readonly tasks: number;
  readonly states: Readonly<Record<CaptchaState, number>>;
  /** Share of the tasks with a known end whose solution the site took, 0 to 1; null without one. */
  readonly solveRate: number | null;
  /** Median time from asking to the solution; null without one. */
  readonly medianSolveMs: number | null;
  /** Complaints that the service did not take. */
  readonly notReported: number;
  /** What was booked for it. */
  readonly costUsdMicros: number;
  readonly lastAt: Date;
}

const ENDED: readonly CaptchaState[] = ['accepted', 'rejected', 'unsolvable', 'expired', 'lost'];

/** Figures of every source that had a captcha solved, by name. @param since null: all that is kept */
export async function captchaFigures(db: Db, since: Date | null): Promise<readonly CaptchaFigures[]> {
  const tasks = await db
    .collection<CaptchaTaskDocument>('captcha_tasks')
    .find(since === null ? {} : { createdAt: { $gte: since } }, {
      projection: { source: 1, state: 1, solveMs: 1, createdAt: 1, reported: 1 },
    })
    .sort({ createdAt: 1 })
    .toArray();
  const costs = await db
    .collection<CostEntryDocument>('cost_entries')
    .find(since === null ? { line: 'captcha' } : { line: 'captcha', at: { $gte: since } })
    .toArray();
  const costOf = (source: SourceName) =>
    costs.filter((cost) => cost.source === source).reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
  const sources = [...new Set(tasks.map(({ source }) => source))].sort();
  return sources.map((source) =>
    figuresOf(
      source,
      tasks.filter((task) => task.source === source),
      costOf(source),
    ),
  );
}

function figuresOf(source: SourceName, tasks: readonly CaptchaTaskDocument[], costUsdMicros: number): CaptchaFigures {
  const count = (state: CaptchaState) => tasks.filter((task) => task.state === state).length;
  const ended = tasks.filter(({ state }) => ENDED.includes(state)).length;
  const states = {
    creating: 0,
    open: 0,
    used: 0,
    accepted: 0,
    rejected: 0,
    unsolvable: 0,
    expired: 0,
    lost: 0,
  };
  for (const state of CAPTCHA_STATES) states[state] = count(state);
  return {
    source,
    tasks: tasks.length,
    states,
    solveRate: ended === 0 ? null : states.accepted / ended,
    medianSolveMs: median(tasks.map(({ solveMs }) => solveMs).filter((ms) => ms !== null)),
    notReported: tasks.filter(({ reported }) => reported === false).length,
    costUsdMicros,
    lastAt: tasks.at(-1)?.createdAt ?? new Date(0),
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BadConfig } from './errors.js';
import { projectRoot } from './paths.js';
import { SOURCE_NAMES } from './schemas/names.js';

const market = z.strictObject({
  county: z.string().regex(/^[a-z]{2}(-[a-z]+)+$/),
  timeZone: z.string(),
  zips: z.array(z.string().regex(/^\d{5}$/)).min(1),
  sources: z.array(z.enum(SOURCE_NAMES)).min(1),
});
const phase = z.strictObject({ budgetMinutes: z.number().positive() });
const schedule = z.strictObject({
  scheduleId: z.string().regex(/^[a-z0-9-]+$/),
  market: z.string(),
  workflow: z.literal('dailySequence'),
  comment: z.string(),
  calendar: z.strictObject({ hour: z.number().int().min(0).max(23), minute: z.number().int().min(0).max(59) }),
  timeZone: z.string(),
  overlap: z.enum(['SKIP', 'BUFFER_ONE']),
  catchupWindow: z.string().regex(/^\d+[smhd]$/),
});

/** A named set of county, ZIPs, sources and time zone. A ZIP is in one market. */
export type Market = z.infer<typeof market>;
/** One Temporal schedule, as data. Times are in `timeZone`. */
export type ScheduleRow = z.infer<typeof schedule>;

/** Markets by name, from `config/markets.json`. @throws BadConfig naming file and field */
export function loadMarkets(): Readonly<Record<string, Market>> {
  return load('markets.json', z.record(z.string(), market));
}

/** Time budget of each phase of the daily sequence, from `config/phases.json`. @throws BadConfig naming file and field */
export function loadPhaseBudgets(): Readonly<Record<string, z.infer<typeof phase>>> {
  return load('phases.json', z.record(z.string(), phase));
}

/** Schedules to reconcile, from `config/schedules.json`. @throws BadConfig naming file and field */
export function loadSchedules(): readonly ScheduleRow[] {
  return load('schedules.json', z.array(schedule));
}

/** One market. @throws BadConfig naming the markets there are */
export function marketOf(name: string): Market {
  const markets = loadMarkets();
  const found = Object.hasOwn(markets, name) ? markets[name] : undefined;
  if (!found) throw new BadConfig([`market ${name} is unknown; there are: ${Object.keys(markets).join(', ')}`]);
  return found;
}

function load<T>(file: string, schema: z.ZodType<T>): T {
  const checked = schema.safeParse(JSON.parse(readFileSync(join(projectRoot(), 'config', file), 'utf8')));
  if (checked.success) return checked.data;
  throw new BadConfig(checked.error.issues.map(({ path, message }) => `config/${file}: ${path.join('.')}: ${message}`));
}

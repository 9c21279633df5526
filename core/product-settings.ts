import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { MONTHS, WEEKDAYS } from './dates.js';
import { BadConfig } from './errors.js';
import { projectRoot } from './paths.js';
import { type AlertChannels, type AlertRule, alertChannels, alertRules } from './schemas/alerts.js';
import { type BaselineSettings, baselinesFile } from './schemas/baselines.js';
import { type IncidentSettings, incidentSettings } from './schemas/incidents.js';
import { type Budget, budgetFile, type PriceList, priceFile } from './schemas/money.js';
import { type Monitoring, monitoringFile } from './schemas/monitoring.js';
import { type Mode, SOURCE_NAMES } from './schemas/names.js';
import { SCHEDULED_REPORTS } from './schemas/periodic.js';
import { type Roster, roster } from './schemas/roster.js';

const market = z.strictObject({
  county: z.string().regex(/^[a-z]{2}(-[a-z]+)+$/),
  timeZone: z.string(),
  zips: z.array(z.string().regex(/^\d{5}$/)).min(1),
  sources: z.array(z.enum(SOURCE_NAMES)).min(1),
  /** Number of the metropolitan area (CBSA), for figures that are published by it. */
  metro: z
    .string()
    .regex(/^\d{5}$/)
    .exactOptional(),
  /** Source to the one that collects a ZIP where it does not. */
  alternatives: z
    .partialRecord(z.enum(SOURCE_NAMES), z.enum(SOURCE_NAMES))
    .refine((all) => Object.values(all).every((by) => all[by] === undefined), {
      error: 'a source that stands in cannot have an alternative itself',
    })
    .exactOptional(),
});
const share = z.number().min(0).max(1);
const quality = z.strictObject({
  freshness: z.strictObject({ freshHours: z.number().positive(), staleHours: z.number().positive() }),
  gate: z.strictObject({
    fewestProperties: z.number().int().positive(),
    completenessOfAsked: share,
    validity: share,
    agreement: share,
    duplicates: share,
    withheldPerProperty: z.number().positive(),
    drop: share,
    fieldDrop: share,
    baselineRuns: z.number().int().positive(),
  }),
});
const phase = z.strictObject({ budgetMinutes: z.number().positive() });
/** As the daily sequence has them. */
const phases = z.strictObject({
  ...{ prepare: phase, collect: phase, enrich: phase, validate: phase, report: phase, 'clean-up': phase },
});
const calendar = z.strictObject({
  hour: z.number().int().min(0).max(23),
  minute: z.number().int().min(0).max(59),
  dayOfWeek: z.enum(WEEKDAYS).exactOptional(),
  /** A day, or days of which the first that is `dayOfWeek` is meant: 1 to 7 is the first week. */
  dayOfMonth: z
    .union([
      z.number().int().min(1).max(28),
      z.strictObject({ start: z.number().int().min(1), end: z.number().int().max(28) }),
    ])
    .exactOptional(),
  /** Left out: every month. */
  month: z.array(z.enum(MONTHS)).exactOptional(),
});
const scheduleParts = {
  scheduleId: z.string().regex(/^[a-z0-9-]+$/),
  comment: z.string(),
  timeZone: z.string(),
  overlap: z.enum(['SKIP', 'BUFFER_ONE']),
  catchupWindow: z.string().regex(/^\d+[smhd]$/),
  /** Made paused: a person lets it go on when the market is to begin. Changes nothing once it is made. */
  startsPaused: z.literal(true).exactOptional(),
};
const schedule = z.discriminatedUnion('workflow', [
  z.strictObject({ ...scheduleParts, calendar, workflow: z.literal('dailySequence'), market: z.string() }),
  z.strictObject({ ...scheduleParts, calendar, workflow: z.literal('refreshMarket') }),
  z.strictObject({ ...scheduleParts, calendar, workflow: z.literal('sendDigest'), market: z.string() }),
  z.strictObject({
    ...scheduleParts,
    everyMinutes: z.number().int().min(1).max(60),
    workflow: z.literal('evaluateAlerts'),
    market: z.string(),
  }),
  z.strictObject({
    ...scheduleParts,
    everyMinutes: z.number().int().min(1).max(60),
    /** Minutes after the full hour at which the first of them is. */
    offsetMinutes: z.number().int().min(0).max(59),
    workflow: z.literal('watchdog'),
    market: z.string(),
  }),
  z.strictObject({
    ...scheduleParts,
    calendar,
    workflow: z.literal('maintenance'),
    retention: z.boolean(),
    sample: z.number().int().positive().nullable(),
  }),
  z.strictObject({ ...scheduleParts, calendar, workflow: z.literal('restoreDrill') }),
  z.strictObject({ ...scheduleParts, calendar, workflow: z.literal('updateBaselines'), market: z.string() }),
  z.strictObject({
    ...scheduleParts,
    calendar,
    workflow: z.literal('scheduledReport'),
    market: z.string(),
    report: z.enum(SCHEDULED_REPORTS),
  }),
]);

/** Shares from 0 to 1, minutes, dollars: in the unit of what is aimed at. `critical` null: missing the target is never critical. */
const reportTarget = z.strictObject({
  aim: z.enum(['at-least', 'at-most']),
  target: z.number(),
  critical: z.number().nullable(),
});

const days = z.number().int().min(1).max(36_500);
const megabytes = z.number().positive().nullable();
const retention = z.strictObject({
  collections: z.strictObject({
    raw_payloads: days,
    fetches: days,
    json_shapes: days,
    llm_calls: days,
    error_events: days,
    measures: days,
  }),
  windowPages: days,
  failedPages: days,
  reports: days,
  logs: z.strictObject({ pack: days, remove: days }),
  /** Most that the database of a mode may hold, in MiB; null for what the disk holds. */
  quotaMegabytes: z.strictObject({ demo: megabytes, test: megabytes, production: megabytes }),
});

const errorCause = z.strictObject({ cause: z.string().min(1), next: z.string().min(1) });
const errorCauses = z.object({ other: errorCause }).catchall(errorCause);

/** Each constant names where it comes from. */
const sourced = (value: z.ZodType<number>) => z.strictObject({ value, source: z.string().min(20) });
const part = z.number().gt(0).lt(1);
const estimateRules = z.strictObject({
  rentKept: sourced(part),
  trendMonths: sourced(z.number().int().min(6).max(36)),
  trendCertainty: sourced(part),
  fewestHomes: sourced(z.number().int().min(5)),
  typicalShare: sourced(part),
});

/** A named set of county, ZIPs, sources and time zone. A ZIP is in one market. */
export type Market = z.infer<typeof market>;
/** One Temporal schedule, as data. Times are in `timeZone`. */
export type ScheduleRow = z.infer<typeof schedule>;

/** A figure to reach, and from where it is too far off. */
export type ReportTarget = z.infer<typeof reportTarget>;

/** Markets by name, from `config/markets.json`. @throws BadConfig naming file and field */
export function loadMarkets(): Readonly<Record<string, Market>> {
  return load('markets.json', z.record(z.string(), market));
}

/** Time budget of each phase of the daily sequence, from `config/phases.json`. @throws BadConfig naming file and field */
export function loadPhaseBudgets(): z.infer<typeof phases> {
  return load('phases.json', phases);
}

/** Limits of freshness and of the gate, from `config/quality.json`. @throws BadConfig naming file and field */
export function loadQualityLimits(): z.infer<typeof quality> {
  return load('quality.json', quality);
}

/** Schedules to reconcile, from `config/schedules.json`. @throws BadConfig naming file and field */
export function loadSchedules(): readonly ScheduleRow[] {
  return load('schedules.json', z.array(schedule));
}

/** The month's budget, from `config/budget.json`; changes of persons are not in it. @throws BadConfig naming file and field */
export function loadBudget(): Budget {
  return load('budget.json', budgetFile);
}

/** Prices with source and date, from `config/prices.json`. @throws BadConfig naming file and field */
export function loadPrices(): PriceList {
  return load('prices.json', priceFile);
}

/** How long things are kept, and how much the database may hold, from `config/retention.json`. @throws BadConfig naming file and field */
export function loadRetention(): z.infer<typeof retention> {
  return load('retention.json', retention);
}

const MEBIBYTE = 1_048_576;

/** Bytes that the database of a mode may hold, from `config/retention.json`; null for what the disk holds. @throws BadConfig */
export function quotaBytesOf(mode: Mode): number | null {
  const megabytes = loadRetention().quotaMegabytes[mode];
  return megabytes === null ? null : megabytes * MEBIBYTE;
}

/** Likely cause and next step of an error code, from `config/error-causes.json`; what nobody foresaw has one of its own. @throws BadConfig */
export function loadErrorCauses(code: string): { readonly cause: string; readonly next: string } {
  const causes = load('error-causes.json', errorCauses);
  return causes[code] ?? causes.other;
}

/** Settings of the formulas of `domain/estimates.ts`, from `config/estimates.json`. @throws BadConfig naming file and field */
export function loadEstimateRules() {
  const file = load('estimates.json', estimateRules);
  return {
    rentKept: file.rentKept.value,
    trendMonths: file.trendMonths.value,
    trendCertainty: file.trendCertainty.value,
    fewestHomes: file.fewestHomes.value,
    typicalShare: file.typicalShare.value,
  };
}

/** What reports hold figures against, from `config/report-targets.json`. @throws BadConfig naming file and field */
export function loadReportTargets(): Readonly<Record<string, ReportTarget>> {
  return load('report-targets.json', z.record(z.string(), reportTarget));
}

/** Rules of alerts, from `config/alert-rules.json`. @throws BadConfig naming file and field */
export function loadAlertRules(): readonly AlertRule[] {
  return load('alert-rules.json', alertRules);
}

/** Which alert goes where, from `config/alert-channels.json`. @throws BadConfig naming file and field */
export function loadAlertChannels(): AlertChannels {
  return load('alert-channels.json', alertChannels);
}

/** Clocks, levels and checklist of incidents, from `config/incidents.json`. @throws BadConfig naming file and field */
export function loadIncidentSettings(): IncidentSettings {
  return load('incidents.json', incidentSettings);
}

/** Roles, people and providers, from `config/roster.json`. @throws BadConfig naming file and field */
export function loadRoster(): Roster {
  return load('roster.json', roster);
}

/** The twelve baselines, and the targets of measures, from `config/baselines.json`. @throws BadConfig naming file and field */
export function loadBaselines(): BaselineSettings {
  return load('baselines.json', baselinesFile);
}

/** How Prometheus looks at the workers, from `config/monitoring.json`. @throws BadConfig naming file and field */
export function loadMonitoring(): Monitoring {
  return load('monitoring.json', monitoringFile);
}

/** One market. @throws BadConfig naming the markets there are */
export function marketOf(name: string): Market {
  const markets = loadMarkets();
  const found = Object.hasOwn(markets, name) ? markets[name] : undefined;
  if (!found) throw new BadConfig([`market ${name} is unknown; there are: ${Object.keys(markets).join(', ')}`]);
  return found;
}

/** The market that commands work on where none is named: the first of the file. @throws BadConfig when there is none */
export function defaultMarket(markets = loadMarkets()): string {
  const [first] = Object.keys(markets);
  if (first === undefined) throw new BadConfig(['config/markets.json names no market']);
  return first;
}

/**
 * The ZIPs that a run of a market walks: its own, and in the default market those beside them too, unless they are another
 * market's: a ZIP is in one market.
 * @param extraZips of the process settings
 */
export function zipsOf(name: string, extraZips: readonly string[], markets = loadMarkets()): readonly string[] {
  const own = markets[name]?.zips ?? [];
  if (name !== defaultMarket(markets)) return own;
  const taken = new Set(Object.values(markets).flatMap(({ zips }) => zips));
  return [...own, ...new Set(extraZips.filter((zip) => !taken.has(zip)))];
}

function load<T>(file: string, schema: z.ZodType<T>): T {
  const checked = schema.safeParse(JSON.parse(readFileSync(join(projectRoot(), 'config', file), 'utf8')));
  if (checked.success) return checked.data;
  throw new BadConfig(checked.error.issues.map(({ path, message }) => `config/${file}: ${path.join('.')}: ${message}`));
}

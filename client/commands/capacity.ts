import type { Config } from '../../core/config.js';
import { freeBytes } from '../../core/free-bytes.js';
import { loadPhaseBudgets, quotaBytesOf } from '../../core/product-settings.js';
import { SOURCE_NAMES } from '../../core/schemas/names.js';
import { type CapacityLimits, type CapacityRow, capacityOf } from '../../domain/capacity.js';
import { spacingMs } from '../../net/pace.js';
import { measureCapacity } from '../../reports/capacity/measure.js';
import { sourceTargets } from '../../sources/index.js';
import { currentBudget } from '../../store/cost/budget-settings.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { inPercent } from '../cost-words.js';
import { columnsOf } from '../output.js';
import { Faults, readWhole } from '../run-request.js';
import { marketFlag } from './baseline.js';

export interface CapacityFlags {
  readonly markets?: string;
  readonly zips?: string;
  readonly market?: string;
}

const MEGABYTE = 1_000_000;
const USD_MICROS = 1_000_000;

/** What 30 and 90 days need at a scale, from measured figures, and what runs out first. */
export async function showCapacity(context: CliContext, flags: CapacityFlags): Promise<number> {
  const faults = new Faults();
  const markets = readWhole('--markets', flags.markets, 1, 100, faults) ?? 1;
  const wantedZips = readWhole('--zips', flags.zips, 1, 1_000, faults);
  faults.throwAny();
  const market = marketFlag(flags);
  const { config } = await readSetting(context);
  const { base, capUsdMicros } = await withDatabase(config, async (db) => ({
    base: await measureCapacity(db, market, new Date(), (host) => spacingOfHost(config, host)),
    capUsdMicros: (await currentBudget(db)).capUsdMicros,
  }));
  const scale = { markets, zips: wantedZips ?? Math.max(1, base.zips) };
  const limits = await limitsOf(config, capUsdMicros);
  const rows = capacityOf(base, limits, scale);
  context.out.document({ schemaVersion: 1, market, ...scale, measured: base, limits, rows, first: rows[0] ?? null });
  context.out.data(
    `${markets} markets with ${scale.zips} ZIP codes each; measured in ${market}: ${base.runs} daily runs of 14 days, ${base.zips} ZIP codes`,
  );
  if (base.runs === 0) context.out.data('no daily run is on record: only storage and money are measured');
  context.out.data(
    columnsOf([['WHAT', 'A NIGHT', 'IN 30 DAYS', 'IN 90 DAYS', 'LIMIT', 'USED', 'RUNS OUT'], ...rows.map(shown)]),
  );
  for (const { what, arithmetic } of rows) context.out.data(`${what}: ${arithmetic}`);
  const [first] = rows;
  if (first) context.out.data(firstInWords(first));
  return 0;
}

async function limitsOf(config: Config, capUsdMicros: number): Promise<CapacityLimits> {
  const { collect, enrich } = loadPhaseBudgets();
  const county = new URL(config.maricopaBaseUrl).host;
  return {
    databaseBytes: quotaBytesOf(config.mode) ?? (await freeBytes(config.dataFolder)),
    nightMinutes: collect.budgetMinutes,
    modelMinutes: enrich.budgetMinutes,
    requestsPerNight: { [county]: config.maricopaRequestBudget },
    usdPerMonth: capUsdMicros / USD_MICROS,
  };
}

/** Sources on one host share its ceiling: the strictest counts. Null for a host that is no source's. */
function spacingOfHost(config: Config, host: string): number | null {
  const targets = sourceTargets(config);
  const own = SOURCE_NAMES.filter((name) => new URL(targets[name].origin).host === host);
  const spacings = own.map((name) => spacingMs(targets[name].limit));
  return spacings.length === 0 ? null : Math.max(...spacings);
}

function shown({ what, unit, perNight, in30, in90, limit, share, outInDays }: CapacityRow): readonly string[] {
  const amount = (value: number) => {
    if (unit === 'bytes') return `${(value / MEGABYTE).toFixed(1)} MB`;
    return unit === 'usd' ? `${value.toFixed(2)} USD` : value.toLocaleString('en-US', { maximumFractionDigits: 1 });
  };
  const out = outInDays === null ? '' : outInDays === 0 ? 'at once' : `in ${outInDays} days`;
  return [
    what,
    perNight === null ? '' : amount(perNight),
    amount(in30),
    amount(in90),
    amount(limit),
    inPercent(share),
    out,
  ];
}

function firstInWords({ what, outInDays, share }: CapacityRow): string {
  if (outInDays === null) return `nothing runs out; ${what} comes nearest with ${inPercent(share)}`;
  return outInDays === 0
    ? `runs out first: ${what}, from the first night`
    : `runs out first: ${what}, in ${outInDays} days`;
}

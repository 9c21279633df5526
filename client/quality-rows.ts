import { loadQualityLimits } from '../core/product-settings.js';
import type { Mode } from '../core/schemas/names.js';
import { type GatheredQuality, gatherQuality } from '../domain/quality/gather.js';
import type { GatherableRow } from '../domain/quality/row.js';
import { spreadsOf } from '../domain/quality/spread.js';
import { lastWindows, type QualityRunDocument, readQuality, readQualityRuns } from '../store/quality.js';
import { readSetting, withDatabase } from './connect.js';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { Faults, readSources, readZips, theMarket } from './run-request.js';

export interface QualityFlags {
  readonly market?: string;
  readonly zip?: string;
  readonly source?: string;
}

/** The rows that a person asked for, and what they come to. */
export interface AskedQuality {
  readonly mode: Mode;
  readonly market: string;
  readonly zip: string | null;
  readonly source: string | null;
  readonly at: string;
  readonly rows: readonly GatherableRow[];
  readonly quality: GatheredQuality;
  /** Of the last run that was judged; null before the first. */
  readonly lastRun: QualityRunDocument | null;
}

/** Reads rows by the flags and gathers them. @throws CliError (UsageError), (NotFound) when nothing was judged */
export async function readAskedQuality(context: CliContext, flags: QualityFlags): Promise<AskedQuality> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const zip = readZips(flags.zip === undefined ? undefined : [flags.zip], faults)?.[0] ?? null;
  const source = readSources(flags.source === undefined ? undefined : [flags.source], faults)?.[0] ?? null;
  faults.throwAny('phx quality report --help shows an example');
  const { config } = await readSetting(context);
  const { all, windows, lastRun } = await withDatabase(config, async (db) => ({
    all: await readQuality(db, market),
    windows: await lastWindows(db, market),
    lastRun: (await readQualityRuns(db, market))[0] ?? null,
  }));
  const rows = all.filter(
    (row) => (zip === null || row.zip === zip) && (source === null || row.answers.some((one) => one.source === source)),
  );
  if (rows.length === 0) {
    const hint = 'properties are judged at the end of a run; phx runs start begins one';
    throw new CliError('NotFound', `no property is judged for this in mode ${config.mode}`, hint);
  }
  const nowMs = Date.now();
  const { freshness: limits } = loadQualityLimits();
  const quality = gatherQuality(rows, { windows, limits, nowMs, spreads: spreadsOf(all) });
  return { mode: config.mode, market, zip, source, at: new Date(nowMs).toISOString(), rows, quality, lastRun };
}

/** `98.5 %`; `-` for null. */
export function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

/** What a title says about the scope. */
export function scopeOf({ market, mode, zip, source }: AskedQuality): string {
  return [market, zip, source, `mode ${mode}`].filter((part) => part !== null).join(', ');
}

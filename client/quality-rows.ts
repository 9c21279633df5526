import { loadQualityLimits } from '../core/product-settings.js';
import type { Mode } from '../core/schemas/names.js';
import { createGatherer, type GatheredQuality } from '../domain/quality/gather.js';
import type { GatherableRow } from '../domain/quality/row.js';
import { lastQualityRun, lastWindows, type QualityRunDocument, readQuality, readSpreads } from '../store/quality.js';
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
  readonly quality: GatheredQuality;
  /** Of the last run that was judged; null before the first. */
  readonly lastRun: QualityRunDocument | null;
}

/**
 * Reads rows by the flags and gathers them; they are not held.
 * @param each told of every row that was asked for, in the order of the ids
 * @throws CliError (UsageError), (NotFound) when nothing was judged
 */
export async function readAskedQuality(
  context: CliContext,
  flags: QualityFlags,
  each: (row: GatherableRow) => void,
): Promise<AskedQuality> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const zip = readZips(flags.zip === undefined ? undefined : [flags.zip], faults)?.[0] ?? null;
  const source = readSources(flags.source === undefined ? undefined : [flags.source], faults)?.[0] ?? null;
  faults.throwAny('phx quality report --help shows an example');
  const { config } = await readSetting(context);
  const nowMs = Date.now();
  const { freshness: limits } = loadQualityLimits();
  const asked = (row: GatherableRow) =>
    (zip === null || row.zip === zip) && (source === null || row.answers.some((one) => one.source === source));
  const { quality, lastRun } = await withDatabase(config, async (db) => {
    const windows = await lastWindows(db, market);
    const gatherer = createGatherer({ windows, limits, nowMs, spreads: await readSpreads(db, market) });
    for await (const row of readQuality(db, market)) {
      if (!asked(row)) continue;
      gatherer.add(row);
      each(row);
    }
    return { quality: gatherer.total(), lastRun: await lastQualityRun(db, market, nowMs) };
  });
  if (quality.properties === 0) {
    const hint = 'properties are judged at the end of a run; phx runs start begins one';
    throw new CliError('NotFound', `no property is judged for this in mode ${config.mode}`, hint);
  }
  return { mode: config.mode, market, zip, source, at: new Date(nowMs).toISOString(), quality, lastRun };
}

/** `98.5 %`; `-` for null. */
export function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

/** What a title says about the scope. */
export function scopeOf({ market, mode, zip, source }: AskedQuality): string {
  return [market, zip, source, `mode ${mode}`].filter((part) => part !== null).join(', ');
}

import { loadMarkets } from '../../core/product-settings.js';
import { createMarketDataSettings } from '../../sources/market-data/index.js';
import {
  type IndicatorDocument,
  indicatorsOfAreas,
  type MarketFileDocument,
  marketFiles,
} from '../../store/market-data.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { Faults, readZips } from '../run-request.js';

/**
 * The newest figure of each published series about a ZIP code and its metropolitan area, with period and source.
 * @throws CliError (NotFound) when no market has the ZIP code, or nothing was read yet
 */
export async function showMarket(context: CliContext, zip: string): Promise<number> {
  const faults = new Faults();
  readZips([zip], faults);
  faults.throwAny();
  const market = Object.values(loadMarkets()).find(({ zips }) => zips.includes(zip));
  if (!market)
    throw new CliError('NotFound', `ZIP code ${zip} is in no market`, 'config/markets.json lists the markets');
  const { config } = await readSetting(context);
  const areas = [zip, ...(market.metro === undefined ? [] : [`metro:${market.metro}`])];
  const { found, files } = await withDatabase(config, async (db) => ({
    found: await indicatorsOfAreas(db, areas),
    files: await marketFiles(db),
  }));
  if (found.length === 0) {
    throw new CliError('NotFound', `nothing is published about ${zip} that was read`, 'phx market refresh reads it');
  }
  const { files: known } = createMarketDataSettings(config);
  const newest = newestOf(found);
  const rows = newest.map((one) => [
    one.series,
    one.area,
    one.value === null ? `- ${one.reason ?? ''}` : String(Math.round(one.value * 1_000) / 1_000),
    one.unit,
    one.months === 1 ? one.period : `${one.months} months to ${one.period}`,
  ]);
  context.out.data(columnsOf([['SERIES', 'AREA', 'VALUE', 'UNIT', 'PERIOD'], ...rows]));
  for (const credit of new Set(newest.map(({ file }) => known[file].credit))) context.out.data(`source: ${credit}`);
  const indicators = newest.map((one) => documentOf(one, files.get(one.file), known[one.file].credit));
  context.out.document({ schemaVersion: 1, zip, mode: config.mode, indicators });
  return 0;
}

/** They come by series, area and period: the last of each is the newest. */
function newestOf(found: readonly IndicatorDocument[]): readonly IndicatorDocument[] {
  return [...new Map(found.map((one) => [`${one.series} ${one.area}`, one] as const)).values()];
}

function documentOf(one: IndicatorDocument, file: MarketFileDocument | undefined, credit: string) {
  const { series, area, period, months, value, reason, unit, place, fetchId, knownFrom, revisions } = one;
  const source = { file: one.file, credit, url: file?.url ?? null, place, fetchId, knownFrom: knownFrom.toISOString() };
  return { series, area, period, months, value, reason, unit, revised: revisions.length, source };
}

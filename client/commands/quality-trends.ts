import { runDateOf } from '../../core/dates.js';
import { degradationsIn } from '../../domain/quality/trend.js';
import { type QualityRunDocument, readQualityRuns } from '../../store/quality.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { percent } from '../quality-rows.js';
import { Faults, readWhole, theMarket } from '../run-request.js';

export interface QualityTrendsFlags {
  readonly market?: string;
  readonly days?: string;
}

const USUAL_DAYS = 14;
const MOST_DAYS = 3_650;
const DAY_MS = 86_400_000;

/** Quality day by day, the last run of each, and what got worse. @throws CliError (UsageError), (NotFound) without runs */
export async function showTrends(context: CliContext, flags: QualityTrendsFlags): Promise<number> {
  const faults = new Faults();
  const [name, market] = theMarket(flags.market);
  const days = readWhole('--days', flags.days, 1, MOST_DAYS, faults) ?? USUAL_DAYS;
  faults.throwAny('phx quality trends --help shows an example');
  const since = runDateOf(Date.now() - (days - 1) * DAY_MS, market.timeZone);
  const { config } = await readSetting(context);
  const runs = lastOfDays(await withDatabase(config, (db) => readQualityRuns(db, name, since)));
  if (runs.length === 0) {
    const hint = 'quality is judged at the end of a run; --days looks further back';
    throw new CliError('NotFound', `no run of ${name} since ${since} was judged in mode ${config.mode}`, hint);
  }
  const worse = degradationsIn(runs);
  context.out.data(columnsOf([HEAD, ...runs.map(rowOf)]));
  context.out.data(worse.length === 0 ? '\nnothing got worse' : '\ngot worse:');
  for (const one of worse) {
    const change = `${percent(one.before)} -> ${percent(one.after)}`;
    context.out.data(`  ${one.runDate} ${one.what} ${change}: ${one.likelyCause}; look: ${one.look}`);
  }
  const rows = runs.map(({ _id, runDate, at, gathered, gate }) => {
    const { fields: _fields, contradictions: _ranked, ...shares } = gathered;
    return { runKey: _id, runDate, at: at.toISOString(), ...shares, gate };
  });
  context.out.document({ schemaVersion: 1, mode: config.mode, market: name, since, runs: rows, worse });
  return 0;
}

const HEAD = 'DAY,PROPERTIES,SCORE,KNOWN,VALID,AGREE,FRESH,TWICE,NOT SHOWN,GATE'.split(',');

function rowOf({ runDate, gathered, gate }: QualityRunDocument): readonly string[] {
  const { properties, score, completeness, validity, agreement, freshness, duplicates, withheldFacts } = gathered;
  return [
    ...[runDate, `${properties}`, score === null ? '-' : score.toFixed(3), percent(completeness), percent(validity)],
    ...[percent(agreement), percent(freshness), percent(duplicates), `${withheldFacts}`, gate.state],
  ];
}

/** The last run of each day, the oldest day first. @param runs the newest first */
function lastOfDays(runs: readonly QualityRunDocument[]): readonly QualityRunDocument[] {
  return runs.filter(({ runDate }, at) => runs.findIndex((one) => one.runDate === runDate) === at).reverse();
}

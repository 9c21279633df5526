import type { Db } from 'mongodb';
import { NO_COUNTS } from '../../core/schemas/collect.js';
import type { Mode, SourceName } from '../../core/schemas/names.js';
import type { LlmSummary, RunStatus, RunSummary, SourceSummary, ZipSummary } from '../../core/schemas/run.js';
import type { FinishInput } from '../../core/schemas/sequence.js';
import { standInsInWords } from '../../domain/stand-ins.js';
import { freezesBetween } from '../../store/emergency.js';
import { shapeChanges } from '../../store/json-shapes.js';
import { findQualityRun } from '../../store/quality.js';
import { queueStates } from '../../store/queue.js';
import { findRun } from '../../store/runs.js';
import { upkeepWarnings } from '../../store/upkeep.js';
import { addCounts, countRun, type WindowCounts } from '../../store/windows/windows.js';
import { budgetWarnings } from '../budget-warnings.js';
import { changeInWords } from '../shape-change.js';
import { findExamples } from './examples.js';

/** A changed service shows in some places; a wholly new one would fill the summary. */
const MOST_WARNINGS = 20;

/**
 * What a run did, each figure a query of the database. Safe to repeat; the figures are those of the moment.
 * @param endedAt ISO 8601 UTC
 */
export async function summariseRun(db: Db, mode: Mode, input: FinishInput, endedAt: string): Promise<RunSummary> {
  const { run, plan } = input;
  const counted = await countRun(db, run.runKey);
  const sources = await Promise.all(input.sources.map((source) => summariseSource(db, run.runKey, source, counted)));
  const began = (await findRun(db, run.runKey))?.startedAt;
  const startedAt = began?.toISOString() ?? input.phases[0]?.startedAt ?? endedAt;
  const processed = db.collection('processed_properties');
  return {
    schemaVersion: 1,
    runId: run.workflowId,
    runKey: run.runKey,
    status: statusOf(input),
    mode,
    market: run.market,
    runDate: run.runDate,
    startedAt,
    endedAt,
    counts: addCounts(counted),
    sources,
    llm: await summariseLlm(db, input),
    phases: input.phases,
    missing: [
      ...sources.flatMap(missingOf),
      ...(plan ? [] : ['nothing was collected: the run could not be prepared']),
      ...input.problems,
    ],
    warnings: [
      ...(await freezesBetween(db, new Date(startedAt), new Date(endedAt))),
      ...(await upkeepWarnings(db)),
      ...(await budgetWarnings(db, Date.parse(endedAt))),
      ...standInsInWords(input.standIns ?? []),
      ...(await shapeChanges(db, { runKey: run.runKey })).slice(0, MOST_WARNINGS).map(changeInWords),
    ],
    properties: {
      total: await processed.countDocuments({ market: run.market }),
      withListing: await processed.countDocuments({
        market: run.market,
        'normalized.pricing.list_price': { $ne: null },
      }),
    },
    ...(await qualityOf(db, run.runKey)),
    examples: await findExamples(db, run.market, 3),
    mail: { sent: false, reason: 'not sent yet' },
    report: null,
  };
}

async function qualityOf(db: Db, runKey: string): Promise<Pick<RunSummary, 'quality'>> {
  const found = await findQualityRun(db, runKey);
  if (found === null) return {};
  const { score, completeness, validity, withheldFacts } = found.gathered;
  return { quality: { score, completeness, validity, withheldFacts, gate: found.gate.state } };
}

/** The one place where a day's status is decided. */
export function statusOf({ cancelled, plan, sources, problems }: FinishInput): RunStatus {
  if (cancelled) return 'cancelled';
  const ran = sources.filter(({ status }) => status !== 'skipped');
  if (plan === null || ran.length === 0 || ran.every(({ status }) => status === 'failed')) return 'failed';
  const whole = sources.every(({ status }) => status === 'complete') && problems.length === 0;
  return whole ? 'complete' : 'partial';
}

async function summariseSource(
  db: Db,
  runKey: string,
  result: FinishInput['sources'][number],
  counted: readonly WindowCounts[],
): Promise<SourceSummary> {
  const { source: name, status, reason, zips, detailsLeft } = result;
  const details = async (detail: 'done' | 'missing') =>
    db.collection('window_pages').countDocuments({ runKey, source: name, detail, step: { $regex: '^detail:' } });
  return {
    name,
    status,
    reason,
    zips: zips.map((zip): ZipSummary => {
      const own = counted.find((row) => row.source === name && row.zip === zip.zip);
      const { source: _source, ...counts } = own ?? { source: name, zip: zip.zip, total: null, ...NO_COUNTS };
      return { ...counts, zip: zip.zip, status: zip.status, reason: zip.reason };
    }),
    details: { done: await details('done'), missing: await details('missing'), leftForLater: detailsLeft },
    requests: await requestsOf(db, runKey, name),
  };
}

async function requestsOf(db: Db, runKey: string, source: SourceName): Promise<number> {
  return db.collection('fetches').countDocuments({ runKey, source });
}

async function summariseLlm(db: Db, { run, plan }: FinishInput): Promise<LlmSummary> {
  const [spent] = await db
    .collection('llm_calls')
    .aggregate<{ calls: number; tokens: number }>([
      { $match: { runKey: run.runKey } },
      { $group: { _id: null, calls: { $sum: 1 }, tokens: { $sum: '$tokens' } } },
    ])
    .toArray();
  const states = await queueStates(db, run.market);
  return {
    model: plan?.model ?? null,
    reason: plan?.modelReason ?? null,
    calls: spent?.calls ?? 0,
    cached: await db.collection('enrichments').countDocuments({ runKey: run.runKey, cached: true }),
    tokens: spent?.tokens ?? 0,
    ruleOnly: await db
      .collection('processed_properties')
      .countDocuments({ market: run.market, enriched_by: { $ne: 'model' } }),
    pending: states.pending + states.processing,
    failed: states.failed,
  };
}

/** What a source did not do, one sentence each: every ZIP by name, and its own reason where no ZIP says it. */
export function missingOf(source: SourceSummary): readonly string[] {
  if (source.status === 'skipped') return [`${source.name}: skipped: ${source.reason}`];
  const zips = source.zips
    .filter(({ status, reason }) => status !== 'complete' && reason !== 'limit')
    .map(({ zip, status, reason }) => `${source.name} ${zip}: ${status}${reason === null ? '' : `: ${reason}`}`);
  const { reason } = source;
  const said = reason === null || zips.some((zip) => zip.includes(reason));
  return said ? zips : [...zips, `${source.name}: ${reason}`];
}

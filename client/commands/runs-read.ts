import type { Db } from 'mongodb';
import type { Config } from '../../core/config.js';
import { marketOf, zipsOf } from '../../core/product-settings.js';
import type { RunDocument, WindowDocument } from '../../store/documents.js';
import { latestRunOf, listRuns } from '../../store/runs.js';
import { windowsOfDay } from '../../store/windows/windows.js';
import { readSetting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { summaryText } from '../finish-run.js';
import { columnsOf } from '../output.js';
import { linksOf, reportPath } from '../run-links.js';
import { Faults, readWhole, theMarket } from '../run-request.js';
import { notFound, type RunTarget, runTargetOf } from '../run-target.js';
import { readSnapshot } from '../snapshot.js';

const MOST_RUNS = 1_000;

/** Latest runs, newest first. `[]` when there is none. */
export async function listRunsCommand(
  context: CliContext,
  flags: { readonly limit: string; readonly market?: string },
): Promise<number> {
  const faults = new Faults();
  const limit = readWhole('--limit', flags.limit, 1, MOST_RUNS, faults) ?? 1;
  faults.throwAny();
  const [market] = theMarket(flags.market);
  const { config } = await readSetting(context);
  const runs = (await withDatabase(config, (db) => listRuns(db, market, limit))).map(rowOf);
  context.out.document(runs);
  if (runs.length === 0) context.out.note(`no runs in mode ${config.mode} yet; phx runs start begins one`);
  else {
    const rows = runs.map((run) => [
      ...[run.runId, run.status, run.startedAt, run.startedBy ?? '-', `${run.counts?.seen ?? '-'} seen`],
    ]);
    context.out.data(columnsOf([['RUN', 'STATUS', 'STARTED', 'BY', 'RECORDS'], ...rows]));
  }
  return 0;
}

function rowOf(run: RunDocument) {
  const { _id, workflowId, mode, market, runDate, status, startedBy, startedAt, endedAt, counts } = run;
  return {
    schemaVersion: 1,
    runId: workflowId,
    runKey: _id,
    status,
    mode,
    market,
    runDate,
    startedBy: startedBy ?? null,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    counts,
  };
}

/** What a run did and what its day still misses; also while it goes on. */
export async function showRun(context: CliContext, text: string | undefined): Promise<number> {
  const target = runTargetOf(text);
  const { config } = await readSetting(context);
  return withDatabase(config, async (db) => {
    const run = await latestRunOf(db, target.workflowId);
    if (run === null) throw notFound(target.workflowId);
    const windows = await windowsOfDay(db, target.market, target.runDate);
    const missing = missingOf(run, windows, config);
    const shown = windows.map(({ source, zip, state, reason, total, seen }) => ({
      source,
      zip,
      state,
      reason,
      total,
      seen,
    }));
    if (run.summary === null) return showRunning(context, db, target, run, { windows: shown, missing, config });
    const { summary } = run;
    context.out.data(
      `${summaryText({ ...context.out, colour: context.out.dataColour }, summary, config).trimEnd()}\n${missingText(missing)}`,
    );
    context.out.document({
      ...summary,
      report: reportPath(config, summary.report),
      links: linksOf(config, target.workflowId),
      windows: shown,
      notComplete: missing,
    });
    return 0;
  });
}

interface DayState {
  readonly windows: readonly object[];
  readonly missing: readonly MissingWindow[];
  readonly config: Config;
}

async function showRunning(
  context: CliContext,
  db: Db,
  { workflowId, market, runDate }: RunTarget,
  run: RunDocument,
  { windows, missing, config }: DayState,
): Promise<number> {
  const { out } = context;
  const snapshot = await withTemporal(context, config, (client) =>
    readSnapshot(client, db, { workflowId, runKey: run._id, market, runDate }),
  );
  const { counts } = snapshot;
  const rows = snapshot.sources.flatMap(({ name, zips }) =>
    zips.map((zip) => [name, zip.zip, zip.status, `${zip.seen}/${zip.total ?? '?'}`, zip.reason ?? '']),
  );
  out.data(`${workflowId}: ${snapshot.phase ?? 'waiting for a worker'}${snapshot.paused ? ', paused' : ''}`);
  out.data(`${counts.seen} seen, ${counts.stored} stored, ${counts.unchanged} unchanged`);
  if (rows.length > 0) out.data(columnsOf([['SOURCE', 'ZIP', 'STATE', 'SEEN', 'REASON'], ...rows]));
  out.data(missingText(missing));
  out.document({ ...rowOf(run), ...snapshot, links: linksOf(config, workflowId), windows, notComplete: missing });
  return 0;
}

interface MissingWindow {
  readonly source: string;
  readonly zip: string;
  readonly state: string;
  readonly reason: string | null;
}

/** ZIPs of a day that are not complete, those that nobody began among them. */
function missingOf(run: RunDocument, windows: readonly WindowDocument[], config: Config): readonly MissingWindow[] {
  const market = marketOf(run.market);
  const zips = run.options.zips ?? zipsOf(run.market, config.extraZips);
  return (run.options.sources ?? market.sources).flatMap((source) =>
    zips.flatMap((zip) => {
      const window = windows.find((one) => one.source === source && one.zip === zip);
      if (window?.state === 'complete') return [];
      return [{ source, zip, state: window?.state ?? 'not begun', reason: window?.reason ?? null }];
    }),
  );
}

function missingText(missing: readonly MissingWindow[]): string {
  if (missing.length === 0) return 'Nothing of this day is missing.';
  const lines = missing.map(
    ({ source, zip, state, reason }) => `  - ${source} ${zip}: ${state}${reason ? ` (${reason})` : ''}`,
  );
  return ['Not complete:', ...lines].join('\n');
}

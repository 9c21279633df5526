import type { Config } from '../core/config.js';
import { secretValues } from '../core/config.js';
import { loadPhaseBudgets, marketOf, zipsOf } from '../core/product-settings.js';
import { optionsIn } from '../core/run-options.js';
import type { RunSummary } from '../core/schemas/run.js';
import type {
  FinishInput,
  MailOutcome,
  PrepareInput,
  ReportResult,
  RunName,
  RunPlan,
  ValidateResult,
} from '../core/schemas/sequence.js';
import { saveArtifact } from '../reports/artifacts.js';
import { compareRun, worseInWords } from '../reports/baselines/compare-run.js';
import { renderRunSummaryMail } from '../reports/run-summary/mail.js';
import { summariseRun } from '../reports/run-summary/summarise.js';
import type { SourceRegistry } from '../sources/index.js';
import { kindOrders } from '../sources/offline.js';
import { modelSuspension } from '../store/cost/controls.js';
import type { Database } from '../store/database.js';
import { findFaults } from '../store/integrity.js';
import { askModelAgain, releaseClaims } from '../store/queue.js';
import { closeRun, findRun, openRun } from '../store/runs.js';
import { appliedBatch } from '../store/tuning.js';
import { checkQuality } from './check-quality.js';
import { settleMoney } from './money.js';
import { type ModelFound, planModel } from './plan-model.js';
import { planAlternatives, planSources } from './plan-sources.js';
import { noteRunRecoveries } from './run-recoveries.js';

export interface SequenceDeps {
  readonly config: Config;
  readonly database: Database;
  readonly sources: SourceRegistry;
  /** Asks the model server what it serves. */
  readonly findModel: () => Promise<ModelFound>;
}

/** Activities of the phases around collection. All are safe to repeat. @throws StoreUnavailable (retried), BadConfig (final) */
export function createSequenceActivities({ config, database, sources, findModel }: SequenceDeps) {
  const { db } = database;
  const kindOrder = kindOrders(sources);
  const keep = async (summary: RunSummary): Promise<void> => {
    const text = `${JSON.stringify(summary, null, 2)}\n`;
    await saveArtifact(config.dataFolder, summary.runKey, 'run-summary.json', text);
    await closeRun(db, summary.runKey, summary.status, summary);
  };
  return {
    /** Brings the accounts up to date, writes down that the run began, and what it will do. */
    async planRun({ run, options, startedBy }: PrepareInput): Promise<RunPlan> {
      const market = marketOf(run.market);
      await settleMoney(config, db, Date.now());
      const earlierRuns = await openRun(db, {
        ...{ ...run, mode: config.mode, options },
        ...(startedBy === undefined ? {} : { startedBy }),
      });
      const zips = options.zips ?? zipsOf(run.market, config.extraZips);
      if (options.forceLlm) await askModelAgain(db, run.market, zips);
      const suspended = await modelSuspension(db);
      const found = suspended === null ? await findModel() : { model: null, reason: suspended };
      const model = planModel(config, options, found, earlierRuns === 0, market.timeZone, Date.now());
      const budgets = Object.entries(loadPhaseBudgets());
      return {
        county: market.county,
        zips,
        limit: optionsIn(config.mode, options).limit,
        sources: await planSources(config, db, sources, options.sources ?? market.sources),
        ...(options.sources === null ? { alternatives: await planAlternatives(config, db, sources, market) } : {}),
        ...model,
        ...(await appliedStart(db)),
        phaseBudgetMs: Object.fromEntries(budgets.map(([name, { budgetMinutes }]) => [name, budgetMinutes * 60_000])),
      };
    },

    /** Whether there is a model to write words, and why not. */
    async planWords(): Promise<Pick<RunPlan, 'model' | 'modelReason'>> {
      const { model, reason } = await findModel();
      return { model, modelReason: reason };
    },

    /** Holds what the run wrote against itself, and its quality against limits and earlier runs. */
    async checkRun({ run }: FinishInput): Promise<ValidateResult> {
      return { problems: [...(await findFaults(db, run)), ...(await checkQuality(db, run, kindOrder))] };
    },

    /** Works out the summary, keeps it as JSON, HTML and text, and closes the run. */
    async writeSummary(input: FinishInput): Promise<Omit<ReportResult, 'mailSent'>> {
      const counted = await summariseRun(db, config.mode, input, new Date().toISOString());
      const worse = worseInWords(await compareRun(db, counted));
      const summary = { ...counted, warnings: [...(counted.warnings ?? []), ...worse] };
      const { timeZone } = marketOf(summary.market);
      const { html, text } = await renderRunSummaryMail(summary, [], { timeZone, secrets: secretValues(config) });
      await saveArtifact(config.dataFolder, summary.runKey, 'run-summary.txt', text);
      const report = await saveArtifact(config.dataFolder, summary.runKey, 'run-summary.html', html);
      await keep({ ...summary, report });
      await noteRunRecoveries(db, input);
      return { status: summary.status, report };
    },

    /** Adds to the summary what became of its mail. */
    async noteMail({ runKey, ...mail }: MailOutcome & { readonly runKey: string }): Promise<void> {
      const summary = (await findRun(db, runKey))?.summary;
      if (summary) await keep({ ...summary, mail });
    },

    /** Gives back the properties that the run still holds for the model. */
    async releaseRun({ runKey }: RunName): Promise<void> {
      await releaseClaims(db, runKey);
    },
  };
}

/** How the model's batches begin, where a person applied something. */
async function appliedStart(db: Database['db']): Promise<Pick<RunPlan, 'batchStart'>> {
  const applied = await appliedBatch(db);
  return applied === null ? {} : { batchStart: { size: applied.size, lanes: applied.lanes } };
}

export type SequenceActivities = ReturnType<typeof createSequenceActivities>;

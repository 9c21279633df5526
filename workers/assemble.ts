import { createAlertActivities } from '../activities/alerts.js';
import { createBaselineActivities } from '../activities/baselines.js';
import { createCollectActivities } from '../activities/collect.js';
import { createDeliverActivities } from '../activities/deliver.js';
import { createEnrichActivities, type EnrichActivities, type EnrichDeps } from '../activities/enrich.js';
import { createFirstAidActivities } from '../activities/first-aid.js';
import { createGapsActivities } from '../activities/gaps.js';
import { createIncidentActivities } from '../activities/incidents.js';
import { createLedgerActivities } from '../activities/ledger.js';
import { machineFigures } from '../activities/machine-figures.js';
import { createMarketDataActivities } from '../activities/market-data.js';
import { createModelCareActivities } from '../activities/model-care.js';
import { createNotifyActivities } from '../activities/notify.js';
import { createReplayActivities } from '../activities/replay.js';
import { createReportActivities } from '../activities/reports.js';
import { createLayoutActivities, createSelectorActivities } from '../activities/selectors.js';
import { createSequenceActivities } from '../activities/sequence.js';
import { createUpkeepActivities } from '../activities/upkeep.js';
import { createWatchActivities } from '../activities/watch.js';
import type { Config } from '../core/config.js';
import type { Frozen } from '../core/errors.js';
import type { Source } from '../core/source.js';
import type { TroubleWatch } from '../core/trouble-watch.js';
import { createEnricher } from '../llm/describe.js';
import { createTextReader } from '../llm/extract.js';
import { fieldsForModel } from '../llm/extraction-settings.js';
import { createModelKeeper, type ModelKeeper } from '../llm/model-keeper.js';
import { describeModelServer } from '../llm/model-server.js';
import type { LlmCache } from '../llm/types.js';
import { withTextFacts } from '../llm/with-text-facts.js';
import type { SourceRegistry } from '../sources/index.js';
import type { MarketData } from '../sources/market-data/index.js';
import { createOfflineSources } from '../sources/offline.js';
import type { Database } from '../store/database.js';
import { frozenError } from '../store/emergency.js';
import { createLlmCache } from '../store/llm.js';
import { approvedSets } from '../store/selector-sets.js';
import { createReach, type ReachOptions } from './reach.js';

/** Everything a worker runs, put together once. */
export interface Assembly {
  readonly pipeline: ReturnType<typeof pipelineActivities>;
  readonly collect: ReturnType<typeof createCollectActivities> & ReturnType<typeof createLayoutActivities>;
  readonly model: Pick<ReturnType<typeof createEnrichActivities>, 'enrichBatch'> &
    ReturnType<typeof createModelCareActivities>;
  readonly notify: ReturnType<typeof createNotifyActivities> &
    ReturnType<typeof createDeliverActivities> &
    ReturnType<typeof createAlertActivities> &
    ReturnType<typeof createIncidentActivities> &
    ReturnType<typeof createFirstAidActivities> &
    ReturnType<typeof createReportActivities> &
    ReturnType<typeof createWatchActivities>;
  readonly sources: readonly Source[];
  /** Why nothing may begin now; null when it may. */
  frozen(): Promise<Frozen | null>;
  /** Ends the browser. */
  close(): Promise<void>;
}

/** Puts sources, stores and activities together for one process. */
export function assemble(
  config: Config,
  database: Database,
  watch: TroubleWatch,
  options: Pick<ReachOptions, 'watchAudit'> = {},
): Assembly {
  const reach = createReach(config, database, { ...options, watch });
  const { sources: registry, marketData, keepFailedPage, noteDrift, close } = reach;
  const keeper = createModelKeeper({
    host: config.ollamaHost,
    model: config.ollamaModel,
    dataFolder: config.dataFolder,
    restartCommand: config.ollamaRestartCommand,
  });
  const enrich = createEnrichActivities({ ...enrichDeps(config, database, registry, keeper), watch });
  return {
    pipeline: pipelineActivities(config, database, registry, marketData, enrich),
    collect: {
      ...createCollectActivities({ sources: registry, database, mode: config.mode, keepFailedPage, noteDrift }),
      ...createLayoutActivities({ sources: registry, database, keepFailedPage }),
    },
    model: {
      enrichBatch: enrich.enrichBatch,
      ...createModelCareActivities({ database, host: config.ollamaHost, keeper, watch }),
    },
    notify: {
      ...createNotifyActivities({ config, database }),
      ...createDeliverActivities({ config, database }),
      ...createReportActivities({ config, database, machine: () => machineFigures(config.dataFolder) }),
      ...createAlertActivities({
        ...{ config, database, sources: registry },
        machine: () => machineFigures(config.dataFolder),
      }),
      ...createIncidentActivities({ config, database, sources: registry }),
      ...createFirstAidActivities({ config, database }),
      ...createWatchActivities({ config, database }),
    },
    sources: registry.all,
    frozen: () => frozenError(database.db),
    close,
  };
}

/** Most output tokens a property (spec L1). */
const MAX_OUTPUT_TOKENS = 120;

function enrichDeps(config: Config, database: Database, sources: SourceRegistry, keeper: ModelKeeper): EnrichDeps {
  const { ollamaHost: host } = config;
  const { patience } = keeper;
  return {
    config,
    database,
    sources,
    modelAnswers: async () => (await describeModelServer(host, config.ollamaModel)).reachable,
    async createEnricher(book, signal) {
      const model = await keeper.ready(signal);
      const cache: LlmCache = createLlmCache(database.db);
      const timeoutMs = patience.timeoutMs();
      const deps = { host, model, maxOutputTokens: MAX_OUTPUT_TOKENS, timeoutMs, patience, cache, book };
      return withTextFacts(createEnricher(deps), createTextReader(deps), fieldsForModel());
    },
  };
}

function pipelineActivities(
  config: Config,
  database: Database,
  sources: SourceRegistry,
  marketData: MarketData,
  enrich: EnrichActivities,
) {
  const findModel = () => describeModelServer(config.ollamaHost, config.ollamaModel);
  return {
    ...createLedgerActivities({ database, sources }),
    ...createGapsActivities({ config, database, sources }),
    ...createSelectorActivities({ database, sources }),
    ...createMarketDataActivities({ database, marketData }),
    ...createReplayActivities({ database, offline: offlineSources(config, database), mode: config.mode }),
    ...createBaselineActivities({ database }),
    ...createUpkeepActivities({ config, database }),
    ...createSequenceActivities({ config, database, sources, findModel }),
    ...enrich,
  };
}

/** Replays read what is stored: with the selectors that people approved, and no way out. */
function offlineSources(config: Config, { db }: Database): SourceRegistry {
  return createOfflineSources(config, (source) => approvedSets(db, source));
}

import type { Config } from '../core/config.js';
import type { SourceName } from '../core/schemas/names.js';
import type { ComposedProperty, DocumentOrigin, Enrichment } from '../core/schemas/property.js';
import type { ComposeBatchResult, EnrichBatchInput, EnrichBatchResult, RunName } from '../core/schemas/sequence.js';
import { composeProperty } from '../domain/compose.js';
import { type ProcessedPropertyDocument, toProcessedDocument } from '../domain/document-shape.js';
import { scoreQuality } from '../domain/quality.js';
import { describeByRules } from '../domain/rules.js';
import type { Enricher, LlmCall } from '../llm/types.js';
import type { SourceRegistry } from '../sources/index.js';
import { kindOrders } from '../sources/offline.js';
import type { Database } from '../store/database.js';
import type { QueueDocument } from '../store/documents.js';
import { bookLlmCall } from '../store/llm.js';
import {
  keepEnrichment,
  keepProcessed,
  type PropertyRecords,
  readEnrichments,
  readProperties,
} from '../store/properties.js';
import {
  claimForModel,
  finishClaim,
  markComposed,
  releaseClaims,
  waitingAmong,
  waitingForComposition,
} from '../store/queue.js';
import { resolveProperties } from '../store/resolve.js';
import { ripeAmong } from '../store/ripe.js';
import { withHeartbeat } from './heartbeat.js';

export interface EnrichDeps {
  readonly config: Config;
  readonly database: Database;
  readonly sources: SourceRegistry;
  /** Makes the enricher of one run; `book` writes down each request to the model. */
  readonly createEnricher: (book: (call: LlmCall) => Promise<void>) => Promise<Enricher>;
}

/** A property as composed from its records, and what its document needs beside. */
interface Composed extends PropertyRecords {
  readonly property: ComposedProperty;
}

/** Activities that turn facts into properties and words. All are safe to repeat. @throws StoreUnavailable (retried) */
export function createEnrichActivities({ config, database, sources, createEnricher }: EnrichDeps) {
  const { db } = database;
  const kindOrder = kindOrders(sources);
  const originOf = ({ market, runKey }: RunName): DocumentOrigin => ({
    mode: config.mode,
    market,
    runKey,
    processedAt: new Date().toISOString(),
  });
  const composeAll = async (items: readonly QueueDocument[]): Promise<ReadonlyMap<string, Composed>> => {
    const found = await readProperties(
      db,
      items.map(({ _id }) => _id),
    );
    return new Map(
      [...found].map(([id, rows]) => [id, { ...rows, property: composeProperty(id, rows.records, kindOrder) }]),
    );
  };
  const ripeness = ({ run, waitFor }: EnrichBatchInput) => {
    if (waitFor === undefined) return undefined;
    const unsettled = { ...waitFor, run, traitsOf: (source: SourceName) => sources.get(source).traits };
    return (rows: Parameters<typeof ripeAmong>[1]) => ripeAmong(db, rows, unsettled);
  };
  /** Keeps the model's words about one property. @returns false when rules' words stay */
  const describe = async (
    enricher: Enricher,
    run: RunName,
    item: QueueDocument,
    found: Composed,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const outcome = await enricher.enrich(found.property, describeByRules(found.property), signal, { fresh });
    const cached = outcome.kind !== 'skipped' && outcome.cached;
    const failed = outcome.kind === 'invalid';
    await keepEnrichment(db, item._id, item.contentHash, run.runKey, outcome.enrichment, cached);
    await keepProcessed(db, [documentOf(found, outcome.enrichment, originOf(run))]);
    await finishClaim(db, item, failed ? 'failed' : 'completed', failed ? outcome.reason : null);
    return outcome.kind === 'words';
  };

  return {
    /**
     * Says which records are about one property, composes the next properties by rules alone and shows them in the read model. Words
     * of the model stay where they fit.
     */
    async composeBatch({ run, size }: { readonly run: RunName; readonly size: number }): Promise<ComposeBatchResult> {
      return withHeartbeat(async () => {
        const waiting = await waitingForComposition(db, run.market, size);
        const ids = waiting.map(({ _id }) => _id);
        const items = await waitingAmong(db, await resolveProperties(database, run.market, ids));
        const composed = await composeAll(items);
        const words = await readEnrichments(
          db,
          items.map(({ _id }) => _id),
        );
        const documents = items.flatMap((item): ProcessedPropertyDocument[] => {
          const found = composed.get(item._id);
          if (!found) return [];
          const kept = words.get(item._id);
          const fits = kept !== undefined && kept.contentHash === item.contentHash;
          return [documentOf(found, fits ? kept : describeByRules(found.property), originOf(run))];
        });
        await keepProcessed(db, documents);
        await markComposed(
          db,
          items.map(({ _id, contentHash }) => ({ propertyId: _id, contentHash })),
        );
        return { composed: items.length, more: waiting.length === size };
      });
    },

    /**
     * Lets the model write for a claimed batch, until the deadline; what is left goes back to the queue.
     * @throws ModelBusy (retried), BadConfig (final)
     */
    async enrichBatch(input: EnrichBatchInput): Promise<EnrichBatchResult> {
      const { run, batch, size, deadlineAtMs, force } = input;
      const claim = `${run.runKey} batch ${batch};`;
      return withHeartbeat(async (signal) => {
        const items = await claimForModel(db, run.market, claim, size, ripeness(input));
        if (items.length === 0) return { claimed: 0, described: 0 };
        const enricher = await createEnricher((call) => bookLlmCall(db, run.runKey, call));
        const composed = await composeAll(items);
        const results: boolean[] = [];
        for (const item of items) {
          const found = composed.get(item._id);
          if (found && Date.now() < deadlineAtMs)
            results.push(await describe(enricher, run, item, found, force, signal));
        }
        await releaseClaims(db, claim);
        const described = results.filter((written) => written).length;
        return { claimed: items.length, described };
      });
    },
  };
}

function documentOf(
  { property, urls }: Composed,
  enrichment: Enrichment,
  origin: DocumentOrigin,
): ProcessedPropertyDocument {
  return toProcessedDocument(property, enrichment, scoreQuality(property).score, origin, property.recordIds, urls);
}

export type EnrichActivities = ReturnType<typeof createEnrichActivities>;

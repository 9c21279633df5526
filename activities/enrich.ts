import type { Config } from '../core/config.js';
import { ModelBusy } from '../core/errors.js';
import { loadEstimateRules } from '../core/product-settings.js';
import type { EstimateRules, ZipFigures } from '../core/schemas/estimates.js';
import type { SourceName } from '../core/schemas/names.js';
import type { ComposedProperty, DocumentOrigin, Enrichment } from '../core/schemas/property.js';
import type { ComposeBatchResult, EnrichBatchInput, EnrichBatchResult, RunName } from '../core/schemas/sequence.js';
import { type TroubleWatch, UNWATCHED } from '../core/trouble-watch.js';
import { type ProcessedPropertyDocument, toProcessedDocument, withEstimates } from '../domain/document-shape.js';
import { estimate } from '../domain/estimates.js';
import { modelTroubleOf } from '../domain/failures/actions.js';
import { describeByRules } from '../domain/rules.js';
import { modelRoom } from '../llm/model-room.js';
import type { Enricher, LlmCall } from '../llm/types.js';
import type { SourceRegistry } from '../sources/index.js';
import { kindOrders } from '../sources/offline.js';
import type { Database } from '../store/database.js';
import type { QueueDocument } from '../store/documents.js';
import { judgeProperties } from '../store/judged.js';
import { bookLlmCall, noteBatch } from '../store/llm.js';
import { keepEnrichment, keepProcessed, readEnrichments, withdrawProcessed } from '../store/properties.js';
import {
  claimForModel,
  finishClaim,
  markComposed,
  noteUnanswered,
  releaseClaims,
  waitingAmong,
  waitingForComposition,
} from '../store/queue.js';
import { resolveProperties } from '../store/resolve/resolve.js';
import { ripeAmong } from '../store/ripe.js';
import { createZipFigures } from '../store/zip-figures.js';
import { type BatchOutcome, type Described, describeBatch } from './describe-batch.js';
import { withHeartbeat } from './heartbeat.js';

export interface EnrichDeps {
  readonly config: Config;
  readonly database: Database;
  readonly sources: SourceRegistry;
  /** Whether the model server says anything at all. */
  readonly modelAnswers: () => Promise<boolean>;
  /** Makes the enricher of one run; `book` writes down each request to the model. */
  readonly createEnricher: (book: (call: LlmCall) => Promise<void>, signal: AbortSignal) => Promise<Enricher>;
  /** Is told of a model that gives no answers, or none that can be used. Left out: nobody is. */
  readonly watch?: TroubleWatch;
}

/** A batch ends within the time of its activity (15 minutes), whatever single answers take. */
const LONGEST_BATCH_MS = 600_000;

/** A property as composed of what may be shown, and what its document needs beside. */
interface Composed {
  readonly property: ComposedProperty;
  /** 0 to 1. */
  readonly score: number;
  readonly urls: Readonly<Record<string, string>>;
}

/** Activities that turn facts into properties and words. All are safe to repeat. @throws StoreUnavailable (retried) */
export function createEnrichActivities({
  config,
  database,
  sources,
  createEnricher,
  modelAnswers,
  ...more
}: EnrichDeps) {
  const { watch = UNWATCHED } = more;
  const { db } = database;
  const kindOrder = kindOrders(sources);
  const rules = loadEstimateRules();
  const zipFigures = createZipFigures(db, rules);
  const originOf = ({ market, runKey }: RunName): DocumentOrigin => ({
    mode: config.mode,
    market,
    runKey,
    processedAt: new Date().toISOString(),
  });
  /** Those that may be shown. */
  const composeAll = async (items: readonly QueueDocument[]): Promise<ReadonlyMap<string, Composed>> => {
    const ids = items.map(({ _id }) => _id);
    const found = await judgeProperties(db, ids, kindOrder);
    return new Map(
      [...found].flatMap(([id, { urls, judged }]) => {
        const { property, quality } = judged;
        return property === null ? [] : [[id, { property, score: quality.score, urls }] as const];
      }),
    );
  };
  const ripeness = ({ run, waitFor }: EnrichBatchInput) => {
    if (waitFor === undefined) return undefined;
    const unsettled = { ...waitFor, run, traitsOf: (source: SourceName) => sources.get(source).traits };
    return (rows: Parameters<typeof ripeAmong>[1]) => ripeAmong(db, rows, unsettled);
  };
  /** Keeps the model's words about one property, or marks that there are none. */
  const describe = async (
    enricher: Enricher,
    run: RunName,
    item: QueueDocument,
    found: Composed,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<Described> => {
    const outcome = await enricher.enrich(found.property, describeByRules(found.property), signal, { fresh });
    const cached = outcome.kind !== 'skipped' && outcome.cached;
    const failure = outcome.kind === 'invalid' ? { code: 'AnswerInvalid' as const, reason: outcome.reason } : null;
    await keepEnrichment(db, item._id, item.contentHash, run.runKey, outcome.enrichment, cached);
    const figures = await zipFigures([found.property.zip]);
    await keepProcessed(db, [documentOf(found, outcome.enrichment, originOf(run), figures, rules)]);
    await finishClaim(db, item, failure);
    return { described: outcome.kind === 'words', asked: outcome.kind !== 'skipped' && !cached };
  };
  /** Describes what is claimed. What the model gives no answer about goes back to the list, with an error where it is to blame. */
  const describeAll = async (
    { run, deadlineAtMs, force, lanes = 1 }: EnrichBatchInput,
    items: readonly QueueDocument[],
    signal: AbortSignal,
  ): Promise<BatchOutcome<QueueDocument>> => {
    const enricher = await createEnricher((call) => bookLlmCall(db, run.runKey, call), signal);
    const composed = await composeAll(items);
    // What may not be shown needs no words; it comes back when its records change.
    for (const item of items) if (!composed.has(item._id)) await finishClaim(db, item, null);
    const endMs = Math.min(deadlineAtMs, Date.now() + LONGEST_BATCH_MS);
    const known = items.flatMap((item) => {
      const found = composed.get(item._id);
      return found ? [{ item, found }] : [];
    });
    const outcome = await describeBatch(
      known,
      lanes,
      ({ item, found }) => describe(enricher, run, item, found, force || item.redo === true, signal),
      () => Date.now() < endMs && !signal.aborted,
      modelAnswers,
    );
    const unanswered = outcome.unanswered.map(({ item: { item }, problem }) => ({ item, problem }));
    // While others are answered, it is the property that the model cannot cope with.
    if (outcome.done.length > 0) {
      for (const { item, problem } of unanswered) await noteUnanswered(db, item, problem.code, problem.message);
    }
    return { ...outcome, unanswered };
  };
  const noted = async (
    { run, batch, size, lanes = 1, why = '' }: EnrichBatchInput,
    claimed: number,
    { done, unanswered, timeouts, milliseconds, trouble }: BatchOutcome<QueueDocument>,
  ): Promise<EnrichBatchResult> => {
    const asked = done.filter((one) => one.asked).length;
    const described = done.filter((one) => one.described).length;
    const refused = unanswered.length - timeouts;
    const cut = { runKey: run.runKey, batch, size, lanes, why };
    const came = { claimed, asked, described, timeouts, refused, milliseconds };
    await noteBatch(db, { ...cut, ...came, trouble: trouble?.message ?? null });
    return {
      claimed,
      described,
      measure: { claimed, asked, milliseconds, timeouts, refused, ...modelRoom(config.ollamaHost) },
      ...(trouble === null ? {} : { trouble: { code: trouble.code, message: trouble.message } }),
    };
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
        const figures = await zipFigures([...composed.values()].map(({ property }) => property.zip));
        const documents = items.flatMap((item): ProcessedPropertyDocument[] => {
          const found = composed.get(item._id);
          if (!found) return [];
          const kept = words.get(item._id);
          const fits = kept !== undefined && kept.contentHash === item.contentHash;
          return [documentOf(found, fits ? kept : describeByRules(found.property), originOf(run), figures, rules)];
        });
        await keepProcessed(db, documents);
        await withdrawProcessed(
          db,
          items.flatMap(({ _id }) => (composed.has(_id) ? [] : [_id])),
        );
        await markComposed(
          db,
          items.map(({ _id, contentHash }) => ({ propertyId: _id, contentHash })),
        );
        return { composed: items.length, more: waiting.length === size };
      });
    },

    /**
     * Lets the model write for a claimed batch, until the deadline; what is left goes back to the queue. A model that is not there or
     * gives no answers is a result.
     * @throws BadConfig (final), StoreUnavailable (retried)
     */
    async enrichBatch(input: EnrichBatchInput): Promise<EnrichBatchResult> {
      const { run, batch, size } = input;
      const startedAtMs = Date.now();
      const claim = `${run.runKey} batch ${batch};`;
      return withHeartbeat(async (signal) => {
        const items = await claimForModel(db, run.market, claim, size, ripeness(input));
        if (items.length === 0) return { claimed: 0, described: 0 };
        const outcome = await describeAll(input, items, signal).catch(notThere);
        await releaseClaims(db, claim);
        tellOfModel(watch, run, outcome, startedAtMs);
        return noted(input, items.length, outcome);
      });
    },
  };
}

/** Trouble with the model is a result and not an error: here it is told, for those who count it. */
function tellOfModel(
  watch: TroubleWatch,
  { runKey }: RunName,
  { done, trouble }: BatchOutcome<QueueDocument>,
  startedAtMs: number,
): void {
  const name = modelTroubleOf(runKey);
  const unusable = done.filter(({ asked, described }) => asked && !described).length;
  if (trouble !== null) watch.open(name, trouble, startedAtMs);
  else if (done.some(({ asked }) => asked)) watch.over(name, 'retry');
  if (unusable === 0) return;
  const message = `${unusable} of ${done.length} answers of the model could not be used`;
  watch.handled({ code: 'AnswerInvalid', message }, 'fell-back-to-rules', startedAtMs);
}

/** The model was not there at all, so the batch was not begun. */
function notThere(problem: unknown): BatchOutcome<QueueDocument> {
  if (!(problem instanceof ModelBusy)) throw problem;
  return { done: [], unanswered: [], timeouts: 0, milliseconds: 0, trouble: problem };
}

function documentOf(
  { property, score, urls }: Composed,
  enrichment: Enrichment,
  origin: DocumentOrigin,
  figures: ReadonlyMap<string, ZipFigures>,
  rules: EstimateRules,
): ProcessedPropertyDocument {
  const document = toProcessedDocument(property, enrichment, score, origin, property.recordIds, urls);
  return withEstimates(document, estimate(property, { figures: figures.get(property.zip ?? '') ?? null, rules }));
}

export type EnrichActivities = ReturnType<typeof createEnrichActivities>;

import { type Db, type Document, type Filter, MongoServerError } from 'mongodb';
import type { Looked, Proposal } from '../../domain/optimize/proposal.js';
import { COLLECTIONS } from '../../store/collections.js';

/** A query that the product asks, with values of today in it. */
interface DeclaredQuery {
  readonly name: string;
  readonly collection: string;
  readonly filter: Filter<Document>;
  readonly sort?: Readonly<Record<string, 1 | -1>>;
}

/** A record that is there, so that queries are explained with values that are found. */
interface KnownRecord {
  readonly _id: string;
  readonly propertyId: string;
  readonly source: string;
  readonly zip: string | null;
}

const NO_RECORD: KnownRecord = { _id: 'none', propertyId: 'none', source: 'none', zip: null };
const DAY_MS = 86_400_000;
/** A scan of fewer documents costs nothing. */
const FEW_DOCUMENTS = 1_000;
/** Documents looked at for each one given; more says that the index does not fit. */
const MOST_LOOKED_AT = 20;
const SLOW_MS = 100;

/** The queries that run often, each as the code asks it. */
function declaredQueries(market: string, runKey: string, record: KnownRecord, nowMs: number): readonly DeclaredQuery[] {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const since = (ms: number) => ({ $gte: new Date(nowMs - ms) });
  return [
    { name: 'requests of a run', collection: 'fetches', filter: { runKey } },
    { name: 'requests of the last hour', collection: 'fetches', filter: { grantedAt: since(3_600_000) } },
    { name: 'pages of a run', collection: 'window_pages', filter: { runKey } },
    { name: 'windows of a day', collection: 'windows', filter: { market, runDate: today } },
    {
      name: 'properties that wait for the model',
      collection: 'processing_queue',
      filter: { state: 'pending' },
      sort: { priority: 1, _id: 1 },
    },
    { name: 'claims of a run', collection: 'processing_queue', filter: { claimedBy: `${runKey} batch 1;` } },
    {
      name: 'properties of a ZIP code',
      collection: 'processed_properties',
      filter: { 'normalized.address.zip': record.zip },
    },
    { name: 'records of a property', collection: 'raw_properties', filter: { propertyId: record.propertyId } },
    {
      name: 'records of a ZIP code',
      collection: 'raw_properties',
      filter: { zip: record.zip, source: record.source },
    },
    {
      name: 'versions of a record',
      collection: 'record_versions',
      filter: { recordId: record._id },
      sort: { version: 1 },
    },
    { name: 'changes of a market', collection: 'change_events', filter: { market, knownFrom: since(DAY_MS) } },
    {
      name: 'costs of a month',
      collection: 'cost_entries',
      filter: { day: { $gte: today.slice(0, 7), $lt: `${today.slice(0, 7)}~` } },
    },
    { name: 'requests to the model of a day', collection: 'llm_calls', filter: { at: since(DAY_MS) } },
    { name: 'scores of a market', collection: 'quality_scores', filter: { market } },
    { name: 'open alerts of a market', collection: 'alerts', filter: { market, state: 'firing' } },
    { name: 'latest day of a market', collection: 'runs', filter: { market, runDate: today } },
  ];
}

/** Explains every declared query, and asks which indexes are used. Reads alone. */
export async function lookAtQueries(db: Db, market: string): Promise<Looked> {
  const run = await db.collection<{ _id: string }>('runs').findOne({ market }, { sort: { startedAt: -1 } });
  const record = await db.collection<KnownRecord>('raw_properties').findOne({ market });
  const notes: string[] = [];
  const proposals: Proposal[] = [];
  for (const query of declaredQueries(market, run?._id ?? 'none', record ?? NO_RECORD, Date.now())) {
    const plan = await planOf(db, query);
    const lookedAt = plan.returned === 0 ? plan.examined : plan.examined / plan.returned;
    notes.push(
      `${query.name} (${query.collection}): ${plan.index ?? 'no index'}, ${plan.returned} given, ${plan.examined} looked at, ${plan.ms} ms`,
    );
    const scans = plan.index === null && plan.examined >= FEW_DOCUMENTS;
    const loose = plan.examined >= FEW_DOCUMENTS && lookedAt > MOST_LOOKED_AT;
    if (scans || loose || plan.ms > SLOW_MS) proposals.push(proposalOf(query, plan, scans || loose));
  }
  return { proposals: [...proposals, ...(await unusedIndexes(db, notes))], notes };
}

interface Plan {
  readonly index: string | null;
  readonly returned: number;
  readonly examined: number;
  readonly ms: number;
}

async function planOf(db: Db, { collection, filter, sort }: DeclaredQuery): Promise<Plan> {
  const found = db.collection(collection).find(filter);
  const explained = await (sort === undefined ? found : found.sort(sort)).explain('executionStats');
  const { nReturned = 0, totalDocsExamined = 0, executionTimeMillis = 0 } = explained.executionStats ?? {};
  return {
    index: indexOf(explained.queryPlanner?.winningPlan),
    returned: Number(nReturned),
    examined: Number(totalDocsExamined),
    ms: Number(executionTimeMillis),
  };
}

/** Name of the index somewhere in a plan; null for a scan. */
function indexOf(stage: unknown): string | null {
  if (typeof stage !== 'object' || stage === null) return null;
  if ('indexName' in stage && typeof stage.indexName === 'string') return stage.indexName;
  for (const value of Object.values(stage)) {
    const found = Array.isArray(value) ? (value.map(indexOf).find((name) => name !== null) ?? null) : indexOf(value);
    if (found !== null) return found;
  }
  return null;
}

function proposalOf({ name, collection, filter, sort }: DeclaredQuery, plan: Plan, missing: boolean): Proposal {
  const fields = [...Object.keys(filter), ...Object.keys(sort ?? {})].join(', ');
  const declared = (COLLECTIONS[collection]?.indexes ?? []).some(({ name: index }) => index === plan.index);
  return {
    id: `query-${collection}-${name.replaceAll(/[^a-z]+/g, '-')}`,
    area: 'db',
    what: missing ? `${collection} is read without a fitting index for: ${name}` : `slow: ${name} (${collection})`,
    evidence: [
      `${plan.index ?? 'no index'}, ${plan.examined} documents looked at for ${plan.returned} given, ${plan.ms} ms`,
      `the query asks for ${fields}`,
    ],
    gain: missing
      ? `${plan.examined - plan.returned} documents less to look at each time`
      : 'depends on the disk: the index is used',
    command:
      declared || !missing
        ? 'phx db size shows the sizes; phx optimize resources the disk'
        : 'phx db init makes every declared index',
    setting: null,
  };
}

/** Every kind of work has come by in this time: the monthly ones too. */
const TOLD_AFTER_DAYS = 31;

interface IndexUse {
  readonly name: string;
  readonly accesses?: { readonly ops?: unknown; readonly since?: unknown };
}

/** A server that does not know the question; that it is away is thrown. */
function notCounted(problem: unknown): readonly IndexUse[] {
  if (problem instanceof MongoServerError) return [];
  throw problem;
}

/** Indexes that nothing used for a month; where the server does not count, or not for so long, that is said. */
async function unusedIndexes(db: Db, notes: string[]): Promise<readonly Proposal[]> {
  const unused: { readonly collection: string; readonly name: string; readonly since: Date }[] = [];
  let used = 0;
  for (const collection of Object.keys(COLLECTIONS)) {
    const rows = await db
      .collection(collection)
      .aggregate<IndexUse>([{ $indexStats: {} }])
      .toArray()
      .catch(notCounted);
    for (const { name, accesses } of rows) {
      if (Number(accesses?.ops ?? 0) > 0) used += 1;
      else if (name !== '_id_' && accesses?.since instanceof Date)
        unused.push({ collection, name, since: accesses.since });
    }
  }
  // A server that counted nothing at all, after the queries of just now, does not count.
  if (used === 0) {
    notes.push('which indexes are used cannot be told: this server does not count it');
    return [];
  }
  const longAgo = Date.now() - TOLD_AFTER_DAYS * DAY_MS;
  const certain = unused.filter(({ since }) => since.getTime() <= longAgo);
  if (certain.length < unused.length)
    notes.push(
      `${unused.length - certain.length} indexes were not used since the server started, less than ${TOLD_AFTER_DAYS} days ago: too early to tell`,
    );
  return certain.map(({ collection, name, since }) => ({
    id: `unused-${collection}-${name}`,
    area: 'db',
    what: `index ${name} of ${collection} is not used`,
    evidence: [`0 uses since ${since.toISOString()}`],
    gain: 'one index less to write with every document',
    command: 'take it out of store/collections.ts with a migration',
    setting: null,
  }));
}

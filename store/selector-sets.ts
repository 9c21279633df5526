import type { Db } from 'mongodb';
import type { Json } from '../core/hash.js';
import type { RawPayload } from '../core/raw-payload.js';
import type { SourceName } from '../core/schemas/names.js';
import type { RepairDecision, RepairName } from '../core/schemas/repair.js';
import type { SamplePage, SelectorProposal } from '../core/source-repair.js';
import { isDuplicateKey } from './database.js';
import { readPayload } from './raw-payloads.js';

/** A page that a proposal rests on; its body is in `raw_payloads`. */
export interface StoredSample extends Omit<RawPayload, 'body'> {
  readonly rawRef: string;
  readonly total: number | null;
}

/** `selector_sets`: a set of selectors that was learned from pages, from the first look to a person's word. */
export interface SelectorSetDocument extends Partial<SelectorProposal> {
  /** Source and name. */
  readonly _id: string;
  readonly source: SourceName;
  /** Name and version, part of the path of every fact read by it. */
  readonly name: string;
  /** `withdrawn`: a later repair took its place before anybody decided. */
  readonly state: 'sampling' | 'proposed' | 'approved' | 'rejected' | 'withdrawn';
  /** The repair's workflow. */
  readonly repairKey: string;
  readonly samples: readonly StoredSample[];
  readonly begunAt: Date;
  readonly proposedAt: Date | null;
  readonly decidedAt: Date | null;
  readonly by: string | null;
  readonly reason: string | null;
}

const setsOf = (db: Db) => db.collection<SelectorSetDocument>('selector_sets');
const OPEN: SelectorSetDocument['state'][] = ['sampling', 'proposed'];

/** Begins a repair under the next free version; what an earlier one left open is withdrawn. A repeat finds the same. */
export async function openRepair(db: Db, { source, repairKey }: RepairName): Promise<SelectorSetDocument> {
  const found = await setsOf(db).findOne({ source, repairKey });
  if (found) return found;
  await setsOf(db).updateMany({ source, state: { $in: OPEN } }, { $set: { state: 'withdrawn' } });
  const name = `learned@${(await setsOf(db).countDocuments({ source })) + 1}`;
  const repair: SelectorSetDocument = {
    _id: `${source}:${name}`,
    source,
    name,
    state: 'sampling',
    repairKey,
    samples: [],
    begunAt: new Date(),
    proposedAt: null,
    decidedAt: null,
    by: null,
    reason: null,
  };
  try {
    await setsOf(db).insertOne(repair);
    return repair;
  } catch (problem) {
    if (!isDuplicateKey(problem)) throw problem;
    return openRepair(db, { source, repairKey }); // another attempt, or another version, was faster
  }
}

/** Writes down the pages of a repair. A repeat replaces them. */
export async function keepSamples(
  db: Db,
  { _id }: SelectorSetDocument,
  samples: readonly StoredSample[],
): Promise<void> {
  await setsOf(db).updateOne({ _id }, { $set: { samples } });
}

/** The pages of a repair, from the store. Those that are kept no more are left out. */
export async function readSamples(db: Db, { samples }: SelectorSetDocument): Promise<readonly SamplePage[]> {
  const pages = await Promise.all(
    samples.map(async ({ rawRef, total, ...about }) => {
      const body = await readPayload(db, rawRef);
      return body === null ? [] : [{ payload: { ...about, body }, total }];
    }),
  );
  return pages.flat();
}

/** Writes down what was proposed. A repeat replaces it; a decision that was made stays. */
export async function keepProposal(db: Db, { _id }: SelectorSetDocument, proposal: SelectorProposal): Promise<void> {
  await setsOf(db).updateOne(
    { _id, state: { $in: OPEN } },
    { $set: { ...proposal, state: 'proposed', proposedAt: new Date() } },
  );
}

/** Writes down a person's word. The first one stays. */
export async function decideSet(db: Db, { source, repairKey }: RepairName, word: RepairDecision): Promise<void> {
  const { approved, by, reason } = word;
  await setsOf(db).updateOne(
    { source, repairKey, state: 'proposed' },
    { $set: { state: approved ? 'approved' : 'rejected', by, reason, decidedAt: new Date() } },
  );
}

/** Approved sets of a source as they were stored, oldest first. */
export async function approvedSets(db: Db, source: SourceName): Promise<readonly Json[]> {
  const found = await setsOf(db)
    .find({ source, state: 'approved' }, { projection: { set: 1 } })
    .sort({ decidedAt: 1 })
    .toArray();
  return found.flatMap(({ set }) => (set === undefined || set === null ? [] : [set]));
}

/** The latest repair of a source; null when there never was one. */
export async function latestRepair(db: Db, source: SourceName): Promise<SelectorSetDocument | null> {
  return setsOf(db).findOne({ source }, { sort: { begunAt: -1 } });
}

/** One repair. */
export async function repairOf(db: Db, { source, repairKey }: RepairName): Promise<SelectorSetDocument | null> {
  return setsOf(db).findOne({ source, repairKey });
}

/** Names of the sets that wait for a person's word, by source. */
export async function waitingRepairs(db: Db): Promise<ReadonlyMap<SourceName, string>> {
  const waiting = await setsOf(db)
    .find({ state: 'proposed' }, { projection: { source: 1, name: 1 } })
    .toArray();
  return new Map(waiting.map(({ source, name }) => [source, name]));
}

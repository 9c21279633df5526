import type { Db } from 'mongodb';
import type { SourceName } from '../core/schemas/names.js';
import type { RunName } from '../core/schemas/sequence.js';
import type { KnownThing } from '../core/source-repair.js';
import type { KindFacts, RawPropertyDocument, WindowDocument } from './documents.js';

/** A known thing, and the ZIP it is filed under. */
export interface StoredThing extends KnownThing {
  readonly zip: string | null;
}

/**
 * Things of a source with what is known of them, those first that changed last: they are the likeliest to be there still.
 * @param kind kind of record that each must have; null for any
 */
export async function latestThings(
  db: Db,
  source: SourceName,
  market: string,
  kind: string | null,
  most: number,
): Promise<readonly StoredThing[]> {
  const records = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find({ source, market, ...(kind === null ? {} : { [`kinds.${kind}`]: { $exists: true } }) })
    .sort({ changedAt: -1 })
    .limit(most)
    .toArray();
  return records.map(({ key, zip, kinds }) => ({ key, zip, readBy: readBy(kinds), kinds: factsOf(kinds) }));
}

function factsOf(kinds: Readonly<Record<string, KindFacts>>): KnownThing['kinds'] {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, { facts }]) => [
      kind,
      Object.fromEntries(facts.map(({ name, value }) => [name, value])),
    ]),
  );
}

function readBy(kinds: Readonly<Record<string, KindFacts>>): string | null {
  const [first] = Object.values(kinds).flatMap(({ facts }) => facts);
  return first?.path.split(' ')[0] ?? null;
}

/** Whether every window of a run is complete already, so that it will ask for nothing. */
export async function nothingOpen(
  db: Db,
  { market, runDate }: RunName,
  source: SourceName,
  zips: readonly string[],
): Promise<boolean> {
  const complete = await db
    .collection<WindowDocument>('windows')
    .countDocuments({ market, source, runDate, zip: { $in: [...zips] }, state: 'complete' });
  return complete >= new Set(zips).size;
}

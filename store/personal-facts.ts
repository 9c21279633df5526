import type { Db } from 'mongodb';
import { parcelPropertyId } from '../core/ids.js';
import type { RawPayload } from '../core/raw-payload.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceName } from '../core/schemas/names.js';
import type { PersonalClass } from '../core/schemas/personal.js';
import type { Source } from '../core/source.js';

/**
 * `personal_facts`: personal values of a parcel, while their class is switched on (`PHOENIX_PERSONAL_DATA`). This file alone
 * reads and writes them (`docs/decisions/personal-data.md`). Gone by itself at `expireAt`.
 */
export interface PersonalFactDocument {
  /** Property, source, kind of answer and name. */
  readonly _id: string;
  readonly propertyId: string;
  readonly source: SourceName;
  /** Kind of answer it came in; a newer answer of that kind replaces all that the older one said. */
  readonly kind: string;
  readonly class: PersonalClass;
  readonly name: string;
  readonly value: string;
  readonly fetchId: string;
  readonly fetchedAt: Date;
  readonly expireAt: Date;
}

/** The collection, for those who leave it out of something. */
export const PERSONAL_FACTS = 'personal_facts';

/** Kept for 90 days after the answer: three times as long as a detail counts as fresh. */
const KEPT_MS = 90 * 24 * 3_600_000;

/**
 * Keeps the personal values of a detail in place of those that an older answer of the same kind had: what the source
 * withholds now, or what is switched off since, goes. A source that keeps none is not asked. Safe to repeat.
 */
export async function keepPersonalFacts(
  db: Db,
  { name: source, personalFacts }: Pick<Source, 'name' | 'personalFacts'>,
  { county }: Window,
  key: string,
  payloads: readonly RawPayload[],
): Promise<void> {
  if (personalFacts === undefined) return;
  const collection = db.collection<PersonalFactDocument>(PERSONAL_FACTS);
  const propertyId = parcelPropertyId(county, key);
  for (const payload of payloads) {
    const { kind, fetchId } = payload;
    const fetchedAt = new Date(payload.fetchedAt);
    const facts = personalFacts(payload).map(
      (fact): PersonalFactDocument => ({
        _id: `${propertyId}|${source}|${kind}|${fact.name}`,
        propertyId,
        source,
        kind,
        ...fact,
        fetchId,
        fetchedAt,
        expireAt: new Date(fetchedAt.getTime() + KEPT_MS),
      }),
    );
    await collection.deleteMany({ propertyId, source, kind, _id: { $nin: facts.map(({ _id }) => _id) } });
    if (facts.length === 0) continue;
    await collection.bulkWrite(
      facts.map((fact) => ({ replaceOne: { filter: { _id: fact._id }, replacement: fact, upsert: true } })),
    );
  }
}

/** What is kept about the persons of a parcel, by source and name. */
export async function readPersonalFacts(db: Db, propertyId: string): Promise<readonly PersonalFactDocument[]> {
  return db.collection<PersonalFactDocument>(PERSONAL_FACTS).find({ propertyId }).sort({ _id: 1 }).toArray();
}

/**
 * Erases what is kept about the persons of a parcel. While the switch is on, the next answer about it brings them back.
 * @param propertyId null erases those of every parcel
 * @returns how many values there were
 */
export async function erasePersonalFacts(db: Db, propertyId: string | null): Promise<number> {
  const filter = propertyId === null ? {} : { propertyId };
  const { deletedCount } = await db.collection<PersonalFactDocument>(PERSONAL_FACTS).deleteMany(filter);
  return deletedCount;
}

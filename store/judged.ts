import type { Db } from 'mongodb';
import type { StoredRecord } from '../core/schemas/property.js';
import type { KindOrder } from '../domain/compose.js';
import { type EarlierStates, type Judged, judgeProperty } from '../domain/quality/judge.js';
import type { RecordVersionDocument } from './documents.js';
import { factsOf, type PropertyRecords, readProperties } from './properties.js';

/** The records of a property, and what of them may be shown. */
export interface JudgedProperty extends PropertyRecords {
  readonly judged: Judged;
}

/**
 * Reads some properties and judges them; a property without records is left out. Earlier versions are read where a fact is withheld
 * alone. The same records and versions give the same.
 */
export async function judgeProperties(
  db: Db,
  propertyIds: readonly string[],
  kindOrder: KindOrder,
): Promise<ReadonlyMap<string, JudgedProperty>> {
  const found = await readProperties(db, propertyIds);
  const judged = new Map<string, JudgedProperty>();
  for (const [id, rows] of found) {
    const first = judgeProperty(id, rows.records, kindOrder);
    judged.set(
      id,
      first.withheld.length === 0 ? { ...rows, judged: first } : await withLastGood(db, id, rows, kindOrder, first),
    );
  }
  return judged;
}

async function withLastGood(
  db: Db,
  id: string,
  { records, urls }: PropertyRecords,
  kindOrder: KindOrder,
  { withheld }: Judged,
): Promise<JudgedProperty> {
  const ids = new Set(withheld.map(({ recordId }) => recordId));
  const concerned = records.filter(({ recordId }) => ids.has(recordId));
  const { states, more } = await readEarlier(db, concerned);
  return { records, urls: { ...more, ...urls }, judged: judgeProperty(id, records, kindOrder, states) };
}

/** Earlier states looked through for a good one. What was wrong for longer is not believed to come back. */
const MOST_STATES = 10;

async function readEarlier(db: Db, records: readonly StoredRecord[]) {
  const states = new Map<string, readonly StoredRecord[]>() satisfies EarlierStates;
  const more: Record<string, string> = {};
  for (const { recordId, ...record } of records) {
    const versions = await db
      .collection<RecordVersionDocument>('record_versions')
      .find({ recordId })
      .sort({ version: -1 })
      .limit(MOST_STATES)
      .toArray();
    states.set(
      recordId,
      versions.map(({ source, kinds }) => ({ ...record, recordId, facts: factsOf(source, kinds) })),
    );
    for (const { kinds } of versions) for (const { fetchId, url } of Object.values(kinds)) more[fetchId] = url;
  }
  return { states, more };
}

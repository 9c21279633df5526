import type { Db } from 'mongodb';

/** A recommendation that a person put into effect, kept among `settings`. Rows are only ever added. */
export interface AdviceDocument {
  readonly topic: 'advice';
  readonly id: string;
  /** Cost of a day on its line and of its source before, micro-dollars; what it is held against later. */
  readonly values: { readonly perDayUsdMicros: number };
  readonly line: string;
  /** Null for all. */
  readonly source: string | null;
  readonly by: string;
  readonly note: string;
  readonly at: Date;
}

/** Notes that a recommendation was put into effect. */
export async function noteAdvice(db: Db, advice: Omit<AdviceDocument, 'topic' | 'at'>): Promise<AdviceDocument> {
  const document: AdviceDocument = { topic: 'advice', ...advice, at: new Date() };
  await db.collection<AdviceDocument>('settings').insertOne({ ...document });
  return document;
}

/** All that were put into effect, oldest first. */
export async function adviceTaken(db: Db): Promise<readonly AdviceDocument[]> {
  return db
    .collection<AdviceDocument>('settings')
    .find({ topic: 'advice' }, { projection: { _id: 0 } })
    .sort({ at: 1, _id: 1 })
    .toArray();
}

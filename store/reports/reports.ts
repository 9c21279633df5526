import type { Db } from 'mongodb';
import type { ReportKind, ReportName } from '../../core/schemas/periodic.js';

/** `reports`: a periodic report, with everything that is in it. A new build of the same one replaces it. */
export interface ReportDocument<Model = unknown> extends ReportName {
  /** `ids.reportId`. */
  readonly _id: string;
  readonly at: Date;
  /** SHA-256 of the model. */
  readonly sha256: string;
  readonly colour: string;
  /** What matters, in one sentence. */
  readonly verdict: string;
  readonly model: Model;
  /** Paths relative to the data folder; empty before they are written. */
  readonly files: readonly string[];
  /** When it was sent for the first time; null before. */
  readonly sentAt: Date | null;
}

/** `report_notes`: what a person says where no figure can. Rows are only ever added; the latest of a topic holds. */
export interface ReportNote {
  readonly market: string;
  readonly topic: string;
  readonly text: string;
  readonly by: string;
  readonly at: Date;
}

const notesOf = (db: Db) => db.collection<ReportNote>('report_notes');

/** Keeps a report. What was said of its sending stays. */
export async function keepReport<M>(
  db: Db,
  { _id, ...report }: Omit<ReportDocument<M>, 'files' | 'sentAt'>,
): Promise<void> {
  await db
    .collection<Omit<ReportDocument, '_id'> & { _id: string }>('reports')
    .updateOne({ _id }, { $set: report, $setOnInsert: { files: [], sentAt: null } }, { upsert: true });
}

/** One report; null when there is none. */
export async function findReport(db: Db, id: string): Promise<ReportDocument | null> {
  return db.collection<ReportDocument>('reports').findOne({ _id: id });
}

/** Notes the files of a report. A repeat replaces them. */
export async function noteReportFiles(db: Db, id: string, files: readonly string[]): Promise<void> {
  await db.collection<ReportDocument>('reports').updateOne({ _id: id }, { $set: { files: [...files] } });
}

/** Notes that a report was sent; the first time stands. */
export async function noteReportSent(db: Db, id: string, at: Date): Promise<void> {
  await db.collection<ReportDocument>('reports').updateOne({ _id: id, sentAt: null }, { $set: { sentAt: at } });
}

/** Reports of a market without what is in them, the newest first. */
export async function listReports(
  db: Db,
  market: string,
  kind: ReportKind | null,
  limit: number,
): Promise<readonly Omit<ReportDocument, 'model'>[]> {
  return db
    .collection<ReportDocument>('reports')
    .find({ market, ...(kind === null ? {} : { kind }) }, { projection: { model: 0 } })
    .sort({ at: -1 })
    .limit(limit)
    .toArray();
}

/** Reports of a market that were made since a time, without what is in them. */
export async function recentReports(
  db: Db,
  market: string,
  since: Date,
): Promise<readonly Omit<ReportDocument, 'model'>[]> {
  return db
    .collection<ReportDocument>('reports')
    .find({ market, at: { $gte: since } }, { projection: { model: 0 } })
    .toArray();
}

/** Adds a note. */
export async function addReportNote(db: Db, note: ReportNote): Promise<void> {
  await notesOf(db).insertOne({ ...note });
}

/** The latest note of each topic that was written before an instant. */
export async function reportNotes(db: Db, market: string, before: Date): Promise<ReadonlyMap<string, ReportNote>> {
  const rows = await notesOf(db)
    .find({ market, at: { $lt: before } }, { projection: { _id: 0 } })
    .sort({ at: 1 })
    .toArray();
  return new Map(rows.map((note) => [note.topic, note]));
}

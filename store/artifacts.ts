import type { Db } from 'mongodb';
import type { ErrorCode } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';

/** `artifacts`: one file kept in the data folder, and what it is about. */
export interface ArtifactDocument {
  /** Path relative to the data folder; the same file again is the same row. */
  readonly _id: string;
  readonly path: string;
  readonly runKey: string;
  readonly kind: 'failed-page';
  readonly mediaType: 'text/html' | 'application/json' | 'image/png';
  readonly bytes: number;
  readonly sha256: string;
  readonly source: SourceName;
  readonly zip: string | null;
  readonly endpoint: string;
  readonly url: string;
  /** Error that the page explains. */
  readonly code: ErrorCode;
  /** The error in words; rows of earlier versions have none. */
  readonly problem?: string;
  readonly at: Date;
}

/** Writes down a kept file. Safe to repeat: a file that was written again has its row replaced. */
export async function recordArtifact(
  db: Db,
  { path, ...artifact }: Omit<ArtifactDocument, '_id' | 'at'>,
): Promise<void> {
  await db
    .collection<ArtifactDocument>('artifacts')
    .updateOne({ _id: path }, { $set: { path, ...artifact, at: new Date() } }, { upsert: true });
}

/** Answers that stopped a source because their shape or layout was another, newest first. */
export async function stopsByDrift(
  db: Db,
  source: SourceName | null,
  since: Date,
): Promise<readonly ArtifactDocument[]> {
  const ofSource = source === null ? {} : { source };
  return db
    .collection<ArtifactDocument>('artifacts')
    .find({ ...ofSource, code: 'SchemaDrift', mediaType: { $ne: 'image/png' }, at: { $gte: since } })
    .sort({ at: -1 })
    .toArray();
}

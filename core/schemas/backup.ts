import { z } from 'zod';
import { MODES } from './names.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();

const backedUpCollection = z.object({
  name: z.string().min(1),
  /** File in the folder of the backup. */
  file: z.string().regex(/^[\w%.!'()*~-]+\.ejsonl\.gz$/),
  documents: z.int().nonnegative(),
  /** Size of the file. */
  bytes: z.int().nonnegative(),
  /** SHA-256 of the file. */
  sha256: hash,
  /** Sum of the SHA-256 of each document: the same in whatever order they are read. */
  contentHash: hash,
});
/** One collection of a backup. */
export type BackedUpCollection = z.infer<typeof backedUpCollection>;

const manifestContent = z.object({
  schemaVersion: z.literal(1),
  productVersion: z.string(),
  mode: z.enum(MODES),
  database: z.string(),
  startedAt: instant,
  endedAt: instant,
  /** How far the files agree with each other; `docs/decisions/backups-are-read-in-order.md`. */
  consistency: z.literal('ordered-reads'),
  /** Runs that were under way when it began. With none, and no other writer, the files are of one moment. */
  runsUnderWay: z.int().nonnegative(),
  /** Collections of the database that are not in it, by name. */
  leftOut: z.array(z.string()),
  /** Pages whose window was opened while the backup was made; they are not in it. */
  pagesLeftOut: z.int().nonnegative(),
  /** In the order in which they were read. */
  collections: z.array(backedUpCollection),
});
/** What a backup says about itself, without its seal. */
export type ManifestContent = z.infer<typeof manifestContent>;

/** `manifest.json` of a backup. */
export const manifestSchema = manifestContent.extend({
  /** SHA-256 of the rest as canonical JSON. */
  seal: hash,
});
export type BackupManifest = z.infer<typeof manifestSchema>;

/**
 * `missing`, `extra`: a file; `truncated`, `changed`: its bytes; `unreadable`: it cannot be unpacked or parsed;
 * `count`, `content`: documents that are not those of the manifest.
 */
export type BackupFaultKind = 'missing' | 'extra' | 'truncated' | 'changed' | 'unreadable' | 'count' | 'content';

/** Something wrong with a backup, or with what was restored from it. */
export interface BackupFault {
  readonly kind: BackupFaultKind;
  /** File of the backup, or collection of the database. */
  readonly at: string;
  readonly wrong: string;
}

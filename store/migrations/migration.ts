import type { Db, Document } from 'mongodb';

/** Fields of one document that get other values. */
export interface DocumentChange {
  readonly collection: string;
  readonly id: string;
  readonly set: Readonly<Document>;
}

/**
 * A change of what is stored. It says what it changes and writes nothing itself: the runner does, together with what was there
 * before, so that every migration can be tried without writing, broken off at any moment, and undone.
 */
export interface Migration {
  /** Number of four digits and a name; the order of the list. */
  readonly id: string;
  readonly title: string;
  /** SHA-256 of the file it is written in. One that was applied is never edited. */
  readonly checksum: string;
  /** What is still to be changed, in batches of at most some hundreds; what was changed is not given again. Reads alone. */
  changes(db: Db): AsyncIterable<readonly DocumentChange[]>;
}

import type { Db } from 'mongodb';

/** `decisions`: a standing decision of a person. The latest of a kind and subject holds. */
export interface DecisionDocument {
  readonly kind: 'permission';
  /** For a permission the source name. */
  readonly subject: string;
  readonly granted: boolean;
  /** Contract, letter or ticket it rests on. */
  readonly reference: string;
  readonly by: string;
  readonly at: Date;
}

/** True when the latest decision about the permission of a source grants it. */
export async function permissionHeld(db: Db, source: string): Promise<boolean> {
  const latest = await db
    .collection<DecisionDocument>('decisions')
    .findOne({ kind: 'permission', subject: source }, { sort: { at: -1 } });
  return latest?.granted ?? false;
}

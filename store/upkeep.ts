import type { Db } from 'mongodb';
import { UPKEEP_KINDS, type UpkeepKind, type UpkeepResult } from '../core/schemas/upkeep.js';

/** `upkeep`: how retention, verification and restore drills on schedule ended. Rows are only added. */
interface UpkeepDocument extends UpkeepResult {
  /** Kind and name of the workflow that did it: noted twice it is one row. */
  readonly _id: string;
  readonly at: Date;
}

const AGAIN: Readonly<Record<UpkeepKind, string>> = {
  retention: 'phx db retention --apply does it again',
  verify: 'phx db verify names all of it',
  'verify-sample': 'phx db verify names all of it',
  'restore-drill': 'phx backup drill does it again',
};
const WHAT: Readonly<Record<UpkeepKind, string>> = {
  retention: 'removal of what is old',
  verify: 'verification of the database',
  'verify-sample': 'verification of a sample of the database',
  'restore-drill': 'rehearsal of a restore',
};

/** Notes how a piece of upkeep ended. A repeat under the same name replaces nothing. */
export async function noteUpkeep(db: Db, name: string, result: UpkeepResult, at: Date): Promise<void> {
  await db
    .collection<UpkeepDocument>('upkeep')
    .updateOne({ _id: `${result.kind}|${name}` }, { $setOnInsert: { ...result, at } }, { upsert: true });
}

/** What of the latest upkeep was not good, a sentence for each kind. */
export async function upkeepWarnings(db: Db): Promise<readonly string[]> {
  const latest = await Promise.all(
    UPKEEP_KINDS.map((kind) => db.collection<UpkeepDocument>('upkeep').findOne({ kind }, { sort: { at: -1 } })),
  );
  return latest.flatMap((row) => {
    if (row === null || row.ok) return [];
    const more = row.problems.length > 1 ? ` (and ${row.problems.length - 1} more)` : '';
    return [`${WHAT[row.kind]} on ${row.at.toISOString()}: ${row.problems[0]}${more}; ${AGAIN[row.kind]}`];
  });
}

import type { Db, ObjectId } from 'mongodb';
import { AuthRejected, Blocked } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';
import type { Pace, Ramp } from '../core/schemas/pace.js';
import { isDuplicateKey } from './database.js';

/** What the operator of a source can permit, each for itself: to collect at all, through proxies, with captchas solved. */
export const PERMITS = ['collection', 'proxies', 'captcha'] as const;
export type Permit = (typeof PERMITS)[number];

const DECISION_KINDS = ['permission', 'proxies', 'captcha', 'pause', 'pace', 'freeze'] as const;
/** What a person can decide about a source, until further notice. `permission` is that to collect; `freeze` is about `EVERYTHING`. */
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** Subject of a freeze. */
export const EVERYTHING = 'everything';
type Subject = SourceName | typeof EVERYTHING;

/** The decision by which something is permitted. */
export const DECISION_OF: Readonly<Record<Permit, DecisionKind>> = {
  collection: 'permission',
  proxies: 'proxies',
  captcha: 'captcha',
};

/** `decisions`: a standing decision, of a person save `THE_SYSTEM`'s. Rows are only ever added; the latest of a kind and subject holds. */
export interface DecisionDocument {
  readonly kind: DecisionKind;
  readonly subject: Subject;
  /** True when it begins to hold, false when it is taken back. */
  readonly granted: boolean;
  /** Contract, letter, ticket or sentence it rests on. */
  readonly reference: string;
  readonly by: string;
  readonly at: Date;
  /** Of a `pace` that is granted: the ceiling wanted. */
  readonly pace?: Pace;
  /** Of a `freeze` that is taken back in steps. */
  readonly ramp?: Ramp;
  /** Of a `pause` that the system made: why. The source refused every credential. */
  readonly code?: 'AuthRejected';
}

/** Who decides when nobody does: of all decisions only a pause, after every credential was refused. */
const THE_SYSTEM = 'the system';

/** Adds a decision. It holds for the next request of every worker. */
export async function decide(db: Db, decision: Omit<DecisionDocument, 'at'>): Promise<DecisionDocument> {
  const document = { ...decision, at: new Date() };
  await db.collection<DecisionDocument>('decisions').insertOne({ ...document });
  return document;
}

/** The decision of a kind that holds for a subject; null when there is none, or the last one was taken back. */
export async function standingDecision(db: Db, kind: DecisionKind, subject: Subject): Promise<DecisionDocument | null> {
  const latest = await latestDecision(db, kind, subject);
  return latest?.granted ? latest : null;
}

/** The last decision of a kind about a subject, one that was taken back too; null when there is none. */
export async function latestDecision(db: Db, kind: DecisionKind, subject: Subject): Promise<DecisionDocument | null> {
  return db.collection<DecisionDocument>('decisions').findOne({ kind, subject }, { sort: { at: -1, _id: -1 } }); // two of one millisecond: the later written
}

/** True when the latest decision about what a source permits grants it. One permit never stands for another. */
export async function permissionHeld(db: Db, source: SourceName, permit: Permit = 'collection'): Promise<boolean> {
  return (await standingDecision(db, DECISION_OF[permit], source)) !== null;
}

/** Why a source is paused, in one sentence; null when it is not. */
export async function pauseReason(db: Db, source: SourceName): Promise<string | null> {
  const pause = await standingDecision(db, 'pause', source);
  return pause && pauseSentence(pause);
}

/** A pause as an operator reads it: who, when, why, and what ends it. */
export function pauseSentence({ by, reference, at, subject }: DecisionDocument): string {
  return `paused by ${by} on ${at.toISOString()}: ${reference}; phx sources resume ${subject} lets it go on`;
}

/** The error that a request to a paused source meets; null when it is not paused. */
export async function pauseError(db: Db, source: SourceName): Promise<AuthRejected | Blocked | null> {
  const pause = await standingDecision(db, 'pause', source);
  if (pause === null) return null;
  return pause.code === 'AuthRejected'
    ? new AuthRejected(source, pauseSentence(pause))
    : new Blocked(source, pauseSentence(pause));
}

/**
 * Pauses a source that refused every credential, until a person lets it go on. A source that is paused already stays as it
 * is; of many who find the same at one time, one writes: the row is named by the decision it follows.
 * @param problem said as the reason; holds no credential
 */
export async function pauseRefused(db: Db, subject: SourceName, problem: AuthRejected): Promise<void> {
  const decisions = db.collection<DecisionDocument & { _id: ObjectId | string }>('decisions');
  const kind = 'pause';
  const latest = await decisions.findOne({ kind, subject }, { sort: { at: -1, _id: -1 } });
  if (latest?.granted) return;
  const reference = `${problem.code}: ${problem.message}`;
  const _id = `${kind}/${subject}/after/${latest?._id ?? 'none'}`;
  try {
    await decisions.insertOne({
      _id,
      kind,
      subject,
      granted: true,
      reference,
      by: THE_SYSTEM,
      at: new Date(),
      code: 'AuthRejected',
    });
  } catch (found) {
    if (!isDuplicateKey(found)) throw found;
  }
}

/** The latest decision of every kind about every source, those that were taken back too; controls of the budget are not among them. */
export async function standingDecisions(db: Db): Promise<readonly DecisionDocument[]> {
  const all = await db
    .collection<DecisionDocument>('decisions')
    .find({ kind: { $in: [...DECISION_KINDS] } })
    .sort({ at: 1, _id: 1 })
    .toArray();
  return [...new Map(all.map((decision) => [`${decision.kind} ${decision.subject}`, decision])).values()];
}

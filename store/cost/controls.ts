import type { Db } from 'mongodb';
import type { Budget, Suspendable } from '../../core/schemas/money.js';
import type { SourceName } from '../../core/schemas/names.js';
import { percentOf, suspendedAt } from '../../domain/budget.js';
import { isDuplicateKey } from '../database.js';
import { accountingDay, entriesOf } from './entries.js';

/**
 * A control of the budget (an emergency control), kept among `decisions`: something is suspended because of what the month has cost. It ends with the month,
 * or when a person lifts it. Rows are only ever added, one for each of both.
 */
export interface ControlDocument {
  readonly _id: string;
  readonly kind: 'budget-control';
  readonly subject: Suspendable;
  /** True when it begins, false when a person lifts it. */
  readonly granted: boolean;
  readonly reference: string;
  readonly by: string;
  readonly at: Date;
  /** `YYYY-MM`, UTC. */
  readonly month: string;
  /** Share of the cap at which it began. */
  readonly percent: number;
}

const THE_SYSTEM = 'the system';
const controlsOf = (db: Db) => db.collection<ControlDocument>('decisions');

/**
 * What is suspended in a month, in the order in which it was. In a month each thing is suspended once and lifted once, so no clock says
 * what came last.
 */
export async function controlsInForce(db: Db, month: string): Promise<readonly ControlDocument[]> {
  const all = await controlsOf(db).find({ kind: 'budget-control', month }).sort({ at: 1, _id: 1 }).toArray();
  const lifted = new Set(all.filter(({ granted }) => !granted).map(({ subject }) => subject));
  return all.filter(({ granted, subject }) => granted && !lifted.has(subject));
}

/**
 * Suspends what the thresholds say, each once a month: what a person lifted stays lifted. Called after every booking, so that it
 * cannot be forgotten. Safe to repeat and to run beside itself.
 * @returns what was suspended now
 */
export async function obeyThresholds(
  db: Db,
  month: string,
  { suspensions, capUsdMicros }: Pick<Budget, 'suspensions' | 'capUsdMicros'>,
): Promise<readonly Suspendable[]> {
  const entries = await entriesOf(db, month);
  const spent = entries.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
  const begun: Suspendable[] = [];
  for (const { percent, what } of suspendedAt(percentOf(spent, capUsdMicros), suspensions)) {
    const reference = `the month ${month} reached ${percent} % of its budget of ${(capUsdMicros / 1_000_000).toFixed(2)} US dollars`;
    const control = {
      kind: 'budget-control',
      subject: what,
      granted: true,
      reference,
      by: THE_SYSTEM,
      month,
      percent,
    } as const;
    if (await addOnce(db, { _id: `budget-control/${month}/${what}`, ...control, at: new Date() })) begun.push(what);
  }
  return begun;
}

async function addOnce(db: Db, control: ControlDocument): Promise<boolean> {
  try {
    await controlsOf(db).insertOne(control);
    return true;
  } catch (problem) {
    if (isDuplicateKey(problem)) return false;
    throw problem;
  }
}

/** Lifts what is suspended in a month. @returns what was */
export async function liftControls(
  db: Db,
  month: string,
  { by, reference }: Pick<ControlDocument, 'by' | 'reference'>,
  only: Suspendable | null,
): Promise<readonly Suspendable[]> {
  const held = (await controlsInForce(db, month)).filter(({ subject }) => only === null || subject === only);
  for (const { subject, percent } of held) {
    const at = new Date();
    const lifted = { kind: 'budget-control', subject, granted: false, reference, by, at, month, percent } as const;
    await addOnce(db, { _id: `budget-control/${month}/${subject}/lifted`, ...lifted });
  }
  return held.map(({ subject }) => subject);
}

/**
 * Why a source may not be asked because of money: it is suspended, or the proxies are that it goes through. One sentence; null when
 * it may.
 * @param throughProxies sources that go through proxies
 */
export async function suspensionReason(
  db: Db,
  source: SourceName,
  throughProxies: readonly string[],
): Promise<string | null> {
  const names: readonly string[] = throughProxies.includes(source) ? [source, 'proxies'] : [source];
  return reasonAmong(db, names);
}

/** Why the model may not be asked because of money; null when it may. */
export async function modelSuspension(db: Db): Promise<string | null> {
  return reasonAmong(db, ['model']);
}

async function reasonAmong(db: Db, names: readonly string[]): Promise<string | null> {
  const held = await controlsInForce(db, accountingDay(Date.now()).slice(0, 7));
  const found = held.find(({ subject }) => names.includes(subject));
  return found === undefined ? null : controlSentence(found);
}

/** A control as an operator reads it: what, why, and what ends it. */
export function controlSentence({ subject, reference }: ControlDocument): string {
  return `${subject} is suspended: ${reference}; phx budget release ${subject} lifts it, and the next month does`;
}

import type { Db } from 'mongodb';
import { StoreUnavailable } from '../../core/errors.js';
import { loadBudget } from '../../core/product-settings.js';
import {
  ASSUMPTIONS,
  type Assumption,
  type Budget,
  type BudgetLine,
  type Suspendable,
} from '../../core/schemas/money.js';
import { byLine } from '../../domain/budget.js';
import { isDuplicateKey } from '../database.js';
import { obeyThresholds } from './controls.js';
import { accountingDay } from './entries.js';

/** What a person can change of the budget: the cap, a line, an assumption. */
export type BudgetSetting = 'cap' | BudgetLine | Assumption;

/** Amounts in micro-dollars; assumptions in their own unit. Several names where they change together. */
type BudgetValues = Readonly<Partial<Record<BudgetSetting, number>>>;

/** `settings`: what a person changed of the product's settings. Rows are only ever added; of each name the last one holds. */
export interface SettingDocument {
  readonly topic: 'budget';
  /** Its number among the changes: each is made from the ones before. Left out by earlier versions, whose rows come first. */
  readonly turn?: number;
  readonly values: BudgetValues;
  readonly by: string;
  readonly note: string;
  readonly at: Date;
}

/** A change of a person; where it depends on what holds now, a function. */
export interface BudgetChange extends Pick<SettingDocument, 'by' | 'note'> {
  readonly values: BudgetValues | ((budget: Budget) => BudgetValues);
}

const settingsOf = (db: Db) => db.collection<Omit<SettingDocument, '_id'> & { _id: string }>('settings');

/** Every change of the budget, in the order in which they were made. */
export async function budgetChanges(db: Db): Promise<readonly SettingDocument[]> {
  const rows = await db
    .collection<SettingDocument>('settings')
    .find({ topic: 'budget' }, { projection: { _id: 0 } })
    .sort({ at: 1, _id: 1 })
    .toArray();
  return rows.sort((a, b) => (a.turn ?? 0) - (b.turn ?? 0));
}

/** The budget that holds now: the file, and what persons changed. */
export async function currentBudget(db: Db): Promise<Budget> {
  return withChanges(loadBudget(), await budgetChanges(db));
}

function withChanges(budget: Budget, changes: readonly Pick<SettingDocument, 'values'>[]): Budget {
  const value = (name: BudgetSetting, otherwise: number) =>
    changes.findLast(({ values }) => values[name] !== undefined)?.values[name] ?? otherwise;
  const { ...assumptions } = budget.assumptions;
  for (const name of ASSUMPTIONS) assumptions[name] = value(name, assumptions[name]);
  return {
    ...budget,
    capUsdMicros: value('cap', budget.capUsdMicros),
    lines: byLine((line) => ({ ...budget.lines[line], usdMicros: value(line, budget.lines[line].usdMicros) })),
    assumptions,
  };
}

/** Of those who change it at one time one gets on in each round. */
const MOST_TRIES = 100;

/**
 * Adds a change. It holds for the next paid call of every worker, and what the thresholds say of a lower cap at once. Of two at one time the
 * second is made from what the first left.
 * @returns the change, and what is suspended by it
 * @throws what the function of the values throws; StoreUnavailable when others were faster all the time
 */
export async function changeBudget(
  db: Db,
  { values: wanted, ...words }: BudgetChange,
): Promise<SettingDocument & { readonly suspended: readonly Suspendable[] }> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const changes = await budgetChanges(db);
    const values = typeof wanted === 'function' ? wanted(withChanges(loadBudget(), changes)) : wanted;
    const turn = Math.max(changes.length, changes.at(-1)?.turn ?? 0) + 1;
    const change: SettingDocument = { topic: 'budget', turn, values, ...words, at: new Date() };
    if (!(await addOnce(db, turn, change))) continue;
    const month = accountingDay(change.at.getTime()).slice(0, 7);
    return { ...change, suspended: await obeyThresholds(db, month, withChanges(loadBudget(), [...changes, change])) };
  }
  throw new StoreUnavailable('the budget could not be changed: others were faster all the time');
}

async function addOnce(db: Db, turn: number, change: SettingDocument): Promise<boolean> {
  try {
    await settingsOf(db).insertOne({ _id: `budget/${turn}`, ...change });
    return true;
  } catch (problem) {
    if (isDuplicateKey(problem)) return false;
    throw problem;
  }
}

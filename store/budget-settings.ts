import type { Db } from 'mongodb';
import { loadBudget } from '../core/product-settings.js';
import { ASSUMPTIONS, type Assumption, type Budget, type BudgetLine } from '../core/schemas/money.js';
import { byLine } from '../domain/budget.js';

/** What a person can change of the budget: the cap, a line, an assumption. */
export type BudgetSetting = 'cap' | BudgetLine | Assumption;

/** `settings`: what a person changed of the product's settings. Rows are only ever added; of each name the latest holds. */
export interface SettingDocument {
  readonly topic: 'budget';
  /** Amounts in micro-dollars; assumptions in their own unit. Several names where they change together. */
  readonly values: Readonly<Partial<Record<BudgetSetting, number>>>;
  readonly by: string;
  readonly note: string;
  readonly at: Date;
}

const settingsOf = (db: Db) => db.collection<SettingDocument>('settings');

/** Every change of the budget, oldest first. */
export async function budgetChanges(db: Db): Promise<readonly SettingDocument[]> {
  return settingsOf(db)
    .find({ topic: 'budget' }, { projection: { _id: 0 } })
    .sort({ at: 1, _id: 1 })
    .toArray();
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

/** Adds a change. It holds for the next paid call of every worker. */
export async function changeBudget(db: Db, change: Omit<SettingDocument, 'topic' | 'at'>): Promise<SettingDocument> {
  const document: SettingDocument = { topic: 'budget', ...change, at: new Date() };
  await settingsOf(db).insertOne({ ...document });
  return document;
}

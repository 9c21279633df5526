import { type BlockReading, type FieldRule, readBlock } from '../../domain/field-rules.js';
import { EMPTY, joined } from './blocks.js';
import { IMPROVEMENT_FIELDS, VALUATION_FIELDS, VALUATION_USE_FIELDS } from './fields.js';

/**
 * Tax years of a parcel. The newest gives `TaxYear`, `TaxAssessedValue`, `xFullCashValue`, `xLimitedPropertyValue` and
 * `xLegalClass`; a value the newest year lacks is not taken from an older one. All years, newest first, are the list
 * `xValuations`, one text a year: `TaxYear=2025; TaxAssessedValue=17821; xFullCashValue=333800; …` (names without value are left out).
 * @param path path of the list, `''` when it is the body
 */
export function readValuations(rows: readonly unknown[], path: string, year: number): BlockReading {
  const read = rows.map((row, at) => ({ row, at, ...readBlock(row, `${path}[${at}].`, VALUATION_FIELDS, year) }));
  const dated = read
    .filter(({ facts }) => taxYearOf(facts) > 0)
    .sort((a, b) => taxYearOf(b.facts) - taxYearOf(a.facts));
  const faults = read.flatMap((entry) => entry.faults);
  const [newest] = dated;
  if (!newest) return { facts: [], faults };
  const use = readBlock(newest.row, `${path}[${newest.at}].`, VALUATION_USE_FIELDS, year);
  const list = { name: 'xValuations', value: dated.map(({ facts }) => lineOf(facts)), path: path || '$' };
  return joined([{ facts: newest.facts, faults }, { facts: [list], faults: [] }, use]);
}

/** Improvements as the list `xImprovements`, one text each: `ImprovementNumber=000101; Description=Loft; SquareFeet=9991`. */
export function readImprovements(rows: readonly unknown[], path: string, year: number): BlockReading {
  return readList(rows, path, year, 'xImprovements', IMPROVEMENT_FIELDS);
}

function readList(rows: readonly unknown[], path: string, year: number, name: string, rules: readonly FieldRule[]) {
  const read = rows.map((row, at) => readBlock(row, `${path}[${at}].`, rules, year));
  const lines = read.map(({ facts }) => lineOf(facts)).filter((line) => line !== '');
  const faults = read.flatMap((entry) => entry.faults);
  return lines.length === 0 ? { ...EMPTY, faults } : { facts: [{ name, value: lines, path: path || '$' }], faults };
}

const lineOf = (facts: BlockReading['facts']) => facts.map(({ name, value }) => `${name}=${value}`).join('; ');

function taxYearOf(facts: BlockReading['facts']): number {
  const found = facts.find(({ name }) => name === 'TaxYear')?.value;
  return typeof found === 'number' ? found : 0;
}

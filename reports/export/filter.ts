import { isRunDate, startOfDay } from '../../core/dates.js';
import type { Json } from '../../core/hash.js';
import type { ColumnHead, ColumnType, Row } from './columns.js';

/** The operators of a filter; `~` is "contains". */
const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', '~'] as const;
type Operator = (typeof OPERATORS)[number];

/** One condition on a column. */
export interface Condition {
  readonly column: string;
  readonly operator: Operator;
  /** As written; null for `null`. */
  readonly value: string | null;
  /** True for rows that pass. */
  readonly holds: (row: Row) => boolean;
}

/** A condition, or what is wrong with the text of one. */
export type ReadCondition = { readonly condition: Condition } | { readonly fault: string };

const FORM = /^\s*([A-Za-z_][\w.]*)\s*(!=|<=|>=|=|<|>|~)\s*([\s\S]*)$/;
const ORDERED: readonly ColumnType[] = ['integer', 'number', 'instant', 'day'];

/**
 * Reads `name operator value`: a column by its name, by the unique end of its name (`list_price`) or by its RESO name; `=`, `!=`, `~`
 * (contains, whatever the case), and for numbers, instants and days `<`, `<=`, `>`, `>=`. `null` stands for no value. Nothing of the
 * text is run.
 * @param timeZone in which a day stands for its beginning
 */
export function readCondition(text: string, columns: readonly ColumnHead[], timeZone: string): ReadCondition {
  const [, name = '', operatorText = '', valueText = ''] = FORM.exec(text) ?? [];
  const operator = OPERATORS.find((known) => known === operatorText);
  if (operator === undefined) {
    return { fault: `--filter must be like list_price>=300000, with one of ${OPERATORS.join(' ')}, not "${text}"` };
  }
  const found = findColumn(name, columns);
  if (typeof found === 'string') return { fault: found };
  const head = columns[found];
  if (head === undefined) return { fault: `--filter: column ${name} is unknown` };
  const value = valueText.trim();
  const test = testOf(head, operator, value, timeZone);
  if (typeof test === 'string') return { fault: `--filter ${text}: ${test}` };
  const holds = (row: Row) => test(row[found] ?? null);
  return { condition: { column: head.name, operator, value: value === 'null' ? null : value, holds } };
}

/** Place of a column; a sentence when the name does not say which. */
function findColumn(name: string, columns: readonly ColumnHead[]): number | string {
  const wanted = name.toLowerCase().replaceAll('.', '_');
  const exact = columns.findIndex((one) => one.name === wanted);
  if (exact >= 0) return exact;
  const like = columns.flatMap((one, at) =>
    one.name.endsWith(`_${wanted}`) || one.reso?.toLowerCase() === wanted ? [{ at, name: one.name }] : [],
  );
  const [only] = like;
  if (only === undefined) return `--filter: column ${name} is unknown; there are: ${namesOf(columns)}`;
  if (like.length === 1) return only.at;
  return `--filter: ${name} may be ${like.map((one) => one.name).join(' or ')}: give the whole name`;
}

function namesOf(columns: readonly ColumnHead[]): string {
  const names = columns.map(({ name }) => name).filter((name) => !name.includes('__'));
  return names.join(', ');
}

type Test = (cell: Json) => boolean;

function testOf({ name, type }: ColumnHead, operator: Operator, value: string, timeZone: string): Test | string {
  if (value === 'null') return nullTest(operator);
  if (operator === '~') return containsTest(name, type, value);
  if (operator !== '=' && operator !== '!=') return orderTest(name, type, operator, value, timeZone);
  const equal = equalTest(name, type, value);
  if (typeof equal === 'string' || operator === '=') return equal;
  return (cell) => !equal(cell);
}

function nullTest(operator: Operator): Test | string {
  if (operator === '=') return (cell) => cell === null;
  if (operator === '!=') return (cell) => cell !== null;
  return 'null goes with = and != alone';
}

function containsTest(name: string, type: ColumnType, value: string): Test | string {
  if (type !== 'text' && type !== 'list' && type !== 'json') return `~ is of texts and lists; ${name} is ${type}`;
  if (value === '') return 'say what must be contained';
  const wanted = value.toLowerCase();
  return (cell) => cell !== null && textOf(cell).toLowerCase().includes(wanted);
}

function textOf(cell: Json): string {
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

function equalTest(name: string, type: ColumnType, value: string): Test | string {
  switch (type) {
    case 'integer':
    case 'number': {
      const wanted = numberIn(value);
      return wanted === null ? `${name} is a number, "${value}" is none` : (cell) => cell === wanted;
    }
    case 'boolean':
      return value === 'true' || value === 'false' ? (cell) => cell === (value === 'true') : `${name} is true or false`;
    case 'list':
      return (cell) => Array.isArray(cell) && cell.includes(value);
    case 'json':
      return `${name} has parts; it can be compared with null and searched with ~`;
    case 'instant':
      return `${name} is an instant; compare it with >= and <`;
    case 'day':
      return isRunDate(value) ? (cell) => cell === value : `${name} is a day YYYY-MM-DD, "${value}" is none`;
    case 'text':
      return (cell) => cell === value;
  }
}

function orderTest(name: string, type: ColumnType, operator: Operator, value: string, timeZone: string): Test | string {
  if (!ORDERED.includes(type)) return `${operator} is of numbers, instants and days; ${name} is ${type}`;
  const wanted = orderedValue(type, value, timeZone);
  if (wanted === null) return `${name} is ${type}, "${value}" is none`;
  const passes = (order: number) =>
    operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
  return (cell) => (typeof cell === 'number' || typeof cell === 'string') && passes(compare(cell, wanted));
}

function orderedValue(type: ColumnType, value: string, timeZone: string): number | string | null {
  if (type === 'integer' || type === 'number') return numberIn(value);
  if (type === 'day') return isRunDate(value) ? value : null;
  if (isRunDate(value)) return new Date(startOfDay(value, timeZone)).toISOString();
  const isInstant = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(value) && !Number.isNaN(Date.parse(value));
  return isInstant ? new Date(value).toISOString() : null;
}

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function numberIn(text: string): number | null {
  return /^[+-]?(\d+(\.\d+)?|\.\d+)$/.test(text) ? Number(text) : null;
}

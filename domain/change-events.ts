import type { ChangedValues, ChangeKind } from '../core/schemas/changes.js';
import type { FactInput, FactValue } from '../core/schemas/facts.js';
import { CLOSED, FOR_SALE, OPEN_STATUSES } from './listing-status.js';

/** What one kind of answer says of a record. */
export interface KindState {
  readonly rawRef: string;
  readonly fetchId: string;
  readonly fetchedAt: Date;
  readonly facts: readonly FactInput[];
}

/** One version of a record. */
export interface RecordState {
  readonly version: number;
  readonly kinds: Readonly<Record<string, KindState>>;
}

/** Where one side of a change stands. */
export interface ChangeEvidence {
  readonly version: number;
  /** Kind of answer, and the place in it. */
  readonly kind: string;
  readonly path: string;
  readonly rawRef: string;
  readonly fetchId: string;
  readonly fetchedAt: Date;
}

/** Something that happened between two versions of a record; `before` and `from` are null for what was not there. */
export interface Change {
  readonly kind: ChangeKind;
  readonly before: ChangedValues | null;
  readonly after: ChangedValues | null;
  readonly from: ChangeEvidence | null;
  readonly to: ChangeEvidence | null;
}

interface Statement {
  readonly value: FactValue;
  readonly evidence: ChangeEvidence;
}

interface Move {
  readonly name: string;
  /** Null when no answer stated the name before. */
  readonly before: Statement | null;
  readonly after: Statement;
}

/** What an event of a kind shows beside the fact that moved. */
const LISTING_NAMES = ['StandardStatus', 'ListPrice'] as const;
const SALE_NAMES = ['CloseDate', 'ClosePrice'] as const;
const VALUATION_NAMES = ['TaxYear', 'xFullCashValue', 'xLimitedPropertyValue', 'TaxAssessedValue'] as const;

/**
 * What happened between two versions of one record. Pure. A fact moved when a kind of answer that was there before states, in other
 * bytes, what it did not state then, and that is not what was known: what another parser reads out of the same bytes is no event. Of two kinds that state one fact the
 * younger answer counts, so a page that repeats what its card said already tells nothing new.
 * @param wasGone true when the record had been reported as gone and this version is its return
 */
export function changesBetween(before: RecordState, after: RecordState, wasGone: boolean): readonly Change[] {
  const status = moveOf('StandardStatus', before, after);
  const came = wasGone ? comeBack(before, after) : null;
  return [
    ...(came === null ? [] : [came]),
    ...(status?.before ? statusChange(before, after, status, came !== null) : []),
    ...priceChange(before, after),
    ...deedChange(before, after),
    ...moved('owner class', ['xOwnerClass'], before, after),
    ...moved('valuation', VALUATION_NAMES, before, after),
  ];
}

/** The first version of a record, where all there was is known: new, or the sale of a listing that nobody here had seen. */
export function firstSight(after: RecordState): Change {
  const kind = stated('StandardStatus', after)?.value === CLOSED ? 'sold' : 'new';
  const names = kind === 'sold' ? [...LISTING_NAMES, ...SALE_NAMES] : LISTING_NAMES;
  return { kind, before: null, after: valuesOf(names, after), from: null, to: evidenceOf(after) };
}

/** A record that is not found any more. */
export function goneSince(last: RecordState): Change {
  return { kind: 'gone', before: valuesOf(LISTING_NAMES, last), after: null, from: evidenceOf(last), to: null };
}

/** A record that was gone and is there again; null when its source says that it is not on the market. */
export function comeBack(before: RecordState, after: RecordState): Change | null {
  const status = stated('StandardStatus', after);
  if (status !== null && !OPEN_STATUSES.includes(status.value)) return null;
  return change('back on market', LISTING_NAMES, before, after, null);
}

function statusChange(
  before: RecordState,
  after: RecordState,
  { before: was, after: is }: Move,
  cameBack: boolean,
): readonly Change[] {
  if (is.value === CLOSED) return [change('sold', ['StandardStatus', ...SALE_NAMES], before, after, 'StandardStatus')];
  const forSaleAgain = FOR_SALE.includes(is.value) && was !== null && !FOR_SALE.includes(was.value);
  if (!forSaleAgain) return [change('status', ['StandardStatus'], before, after, 'StandardStatus')];
  return cameBack ? [] : [change('back on market', LISTING_NAMES, before, after, 'StandardStatus')];
}

function priceChange(before: RecordState, after: RecordState): readonly Change[] {
  const move = moveOf('ListPrice', before, after);
  if (!move?.before || typeof move.before.value !== 'number' || typeof move.after.value !== 'number') return [];
  const kind = move.after.value < move.before.value ? 'price cut' : 'price rise';
  return [change(kind, ['ListPrice'], before, after, 'ListPrice')];
}

/** A sale that the county recorded: its day is later than that of the last one, or there was none. Listings say it by their status. */
function deedChange(before: RecordState, after: RecordState): readonly Change[] {
  if (stated('StandardStatus', after) !== null) return [];
  const move = moveOf('CloseDate', before, after);
  if (move === null || (move.before !== null && `${move.before.value}` >= `${move.after.value}`)) return [];
  return [change('sold', SALE_NAMES, before, after, 'CloseDate')];
}

/** One event over all of the names that moved. */
function moved(kind: ChangeKind, names: readonly string[], before: RecordState, after: RecordState): readonly Change[] {
  const own = names.filter((name) => moveOf(name, before, after)?.before);
  return own.length === 0 ? [] : [change(kind, own, before, after, own[0] ?? null)];
}

/** @param by name whose statements are the evidence; null: any */
function change(
  kind: ChangeKind,
  names: readonly string[],
  before: RecordState,
  after: RecordState,
  by: string | null,
): Change {
  return {
    kind,
    before: valuesOf(names, before),
    after: valuesOf(names, after),
    from: (by === null ? null : stated(by, before)?.evidence) ?? evidenceOf(before),
    to: (by === null ? null : stated(by, after)?.evidence) ?? evidenceOf(after),
  };
}

function moveOf(name: string, before: RecordState, after: RecordState): Move | null {
  const is = stated(name, after);
  if (is === null) return null;
  const was = stated(name, before);
  if (was !== null && sameValue(was.value, is.value)) return null;
  const told = Object.entries(after.kinds).some(([kind, now]) => {
    const then = before.kinds[kind];
    const value = factIn(now, name)?.value;
    if (then === undefined || value === undefined || then.rawRef === now.rawRef) return false;
    const old = factIn(then, name)?.value;
    return old === undefined || !sameValue(old, value);
  });
  return told ? { name, before: was, after: is } : null;
}

/** What is said of a name by the youngest answer that says anything of it. */
function stated(name: string, { kinds, version }: RecordState): Statement | null {
  const all = Object.entries(kinds).flatMap(([kind, state]) => {
    const fact = factIn(state, name);
    return fact === undefined ? [] : [{ kind, state, fact }];
  });
  const [youngest] = all.sort(
    (a, b) => b.state.fetchedAt.getTime() - a.state.fetchedAt.getTime() || (a.kind < b.kind ? -1 : 1),
  );
  if (youngest === undefined) return null;
  const { kind, state, fact } = youngest;
  const { rawRef, fetchId, fetchedAt } = state;
  return { value: fact.value, evidence: { version, kind, path: fact.path, rawRef, fetchId, fetchedAt } };
}

/** Any statement of a version, the status before all others. */
function evidenceOf(record: RecordState): ChangeEvidence | null {
  const names = Object.values(record.kinds).flatMap(({ facts }) => facts.map(({ name }) => name));
  for (const name of ['StandardStatus', ...names]) {
    const found = stated(name, record);
    if (found !== null) return found.evidence;
  }
  return null;
}

function valuesOf(names: readonly string[], record: RecordState): ChangedValues {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = stated(name, record)?.value;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function factIn({ facts }: KindState, name: string): FactInput | undefined {
  return facts.find((fact) => fact.name === name);
}

function sameValue(a: FactValue, b: FactValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

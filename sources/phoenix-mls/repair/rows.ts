import { cutOut, type Elements, readRow, readRows } from '../pages/text.js';
import type { RowName, Rows } from '../selectors.js';
import { type Scope, selectorsOf } from './places.js';
import { compareTallies, doubtOf, type Tally, tallyOf } from './tally.js';
import { agrees, ROW_TARGETS, type Target } from './targets.js';

export interface RowCandidate {
  readonly name: RowName;
  readonly tally: Tally;
  readonly doubt: string | null;
}

export interface RankedRows {
  /** How labels and values stand on the page; null when no form of rows agrees with anything. */
  readonly form: Omit<Rows, 'names'> | null;
  /** Per label of ours: labels of the page, best first. */
  readonly labels: ReadonlyMap<string, readonly RowCandidate[]>;
}

/** Pages that are searched for forms of rows. */
const SEARCHED = 4;
const LONGEST_LABEL = 40;

/** Finds how the pages write labelled rows, and which of their labels mean which of ours. Pure. */
export function rankRows(scopes: readonly Scope[]): RankedRows {
  const form = bestForm(scopes);
  if (form === null) return { form, labels: new Map() };
  const pages = scopes.map((scope) => ({ scope, rows: readRows(scope.elements, { ...form, names: {} }) }));
  const theirs = [...new Set(pages.flatMap(({ rows }) => [...rows.keys()]))];
  const labels = new Map<string, readonly RowCandidate[]>();
  for (const target of ROW_TARGETS) {
    const candidates = theirs.flatMap((label) => {
      const texts = pages.map(({ scope, rows }) => ({ scope, text: rows.get(label)?.text ?? null }));
      return patternsOf(target, texts).map((pattern) => candidateOf(target, { label, pattern }, texts));
    });
    const ranked = candidates.filter(({ tally }) => tally.agree > 0).sort((a, b) => order(target, a, b));
    if (ranked.length > 0) labels.set(target.field, ranked);
  }
  return { form, labels };
}

interface TextOfPage {
  readonly scope: Scope;
  readonly text: string | null;
}

function patternsOf(target: Target, texts: readonly TextOfPage[]): readonly (string | null)[] {
  return [...new Set(texts.slice(0, SEARCHED).flatMap(({ text }) => (text === null ? [] : target.patterns(text))))];
}

function candidateOf(target: Target, name: RowName, texts: readonly TextOfPage[]): RowCandidate {
  const trials = texts.map(({ scope, text }) => {
    const cut = text === null || name.pattern === null ? text : cutOut(text, name.pattern);
    const reading = cut === null ? { values: [] } : target.read(cut, scope.context);
    return { text: cut, agrees: agrees(reading, scope.known, target.facts) };
  });
  const tally = tallyOf(trials);
  // A row that is missing gives no wrong value, so no share of the pages is asked for.
  return { name, tally, doubt: doubtOf(tally, 0, likeness(target, name.label) >= ALIKE) };
}

/** Two labels are alike when half of the words on the page are also ours, or words of the fact's name. */
const ALIKE = 0.5;

function likeness(target: Target, label: string): number {
  const ours = new Set(wordsOf(`${target.field} ${target.facts.join(' ').replace(/([A-Z])/g, ' $1')}`));
  const theirs = wordsOf(label);
  return theirs.length === 0 ? 0 : theirs.filter((word) => ours.has(word)).length / theirs.length;
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 1);
}

/** Of two that agree as often, the one whose label is like ours, and then the one without a pattern. */
function order(target: Target, one: RowCandidate, other: RowCandidate): number {
  return (
    compareTallies(one.tally, other.tally) ||
    likeness(target, other.name.label) - likeness(target, one.name.label) ||
    (one.name.pattern?.length ?? 0) - (other.name.pattern?.length ?? 0)
  );
}

/** The form under which most rows of some pages say what is known; of two the shorter one. */
function bestForm(scopes: readonly Scope[]): RankedRows['form'] {
  const score = new Map<string, { readonly form: Omit<Rows, 'names'>; agreements: number }>();
  for (const scope of scopes.slice(0, SEARCHED)) {
    const all = scope.elements.find('*');
    for (let index = 0; index < all.length; index += 1) {
      for (const form of formsOf(all.eq(index))) {
        if (!saysSomethingKnown(all.eq(index), form, scope)) continue;
        const id = JSON.stringify(form);
        const entry = score.get(id) ?? { form, agreements: 0 };
        entry.agreements += 1;
        score.set(id, entry);
      }
    }
  }
  const length = ({ label, value }: Omit<Rows, 'names'>) => label.length + (value?.length ?? 0);
  const best = [...score.values()].sort((a, b) => b.agreements - a.agreements || length(a.form) - length(b.form));
  return best[0]?.form ?? null;
}

function formsOf(label: Elements): readonly Omit<Rows, 'names'>[] {
  const text = label.text().trim();
  if (text === '' || text.length > LONGEST_LABEL || label.children().length > 0) return [];
  const next = label.next();
  const values = next.length === 0 ? [null] : selectorsOf(next);
  return selectorsOf(label).flatMap((selector) => values.map((value) => ({ label: selector, value })));
}

function saysSomethingKnown(label: Elements, { value }: Omit<Rows, 'names'>, { known, context }: Scope): boolean {
  const row = readRow(label, value);
  if (row === null) return false;
  return ROW_TARGETS.some((target) =>
    target.patterns(row.text).some((pattern) => {
      const cut = pattern === null ? row.text : cutOut(row.text, pattern);
      return cut !== null && agrees(target.read(cut, context), known, target.facts) === true;
    }),
  );
}

import type { ChosenFact, ComposedProperty } from '../core/schemas/property.js';

/** A fact with its value in the type that was asked for. */
export interface Read<T> {
  readonly value: T;
  readonly fact: ChosenFact;
}

/** The shown fact of a name; null when no source states it. */
export function factOf(property: ComposedProperty, name: string): ChosenFact | null {
  return property.facts.find((fact) => fact.name === name) ?? null;
}

/** A fact that is a number above zero; null when there is none. No field read with it has a meaning at or below zero. */
export function positiveFact(property: ComposedProperty, name: string): Read<number> | null {
  const fact = factOf(property, name);
  if (fact === null || typeof fact.value !== 'number') return null;
  return Number.isFinite(fact.value) && fact.value > 0 ? { value: fact.value, fact } : null;
}

/** A fact that is a text with something in it. */
export function textFact(property: ComposedProperty, name: string): Read<string> | null {
  const fact = factOf(property, name);
  if (fact === null || typeof fact.value !== 'string') return null;
  const value = fact.value.replace(/\s+/g, ' ').trim();
  return value === '' ? null : { value, fact };
}

/** A fact that is yes or no. */
export function yesNoFact(property: ComposedProperty, name: string): Read<boolean> | null {
  const fact = factOf(property, name);
  return fact !== null && typeof fact.value === 'boolean' ? { value: fact.value, fact } : null;
}

/**
 * A fact that is a list of words, without the county's codes (`Ct - Concrete Tile` gives `concrete tile`), in lower case. Words
 * that name no kind (`Yes`, `Other`) are left out; null when nothing remains.
 */
export function wordsFact(property: ComposedProperty, name: string): Read<readonly string[]> | null {
  const fact = factOf(property, name);
  if (fact === null || typeof fact.value === 'number' || typeof fact.value === 'boolean') return null;
  const items = typeof fact.value === 'string' ? [fact.value] : fact.value;
  const words = items.map((item) =>
    item
      .replace(/^\s*[A-Za-z0-9]{1,3}\s+-\s+/, '')
      .replace(/\s+/g, ' ')
      .trim()
      .toLowerCase(),
  );
  const value = [...new Set(words)].filter((word) => !['', 'yes', 'no', 'none', 'other', 'na', 'n/a'].includes(word));
  return value.length === 0 ? null : { value, fact };
}

import { cutOut, type Elements, readPlaces, textOf } from '../pages/text.js';
import type { Place } from '../selectors.js';
import { compareTallies, doubtOf, type Tally, tallyOf } from './tally.js';
import { agrees, type Context, type KnownFacts, type Target } from './targets.js';

/** A card or a page, and what is known about what it shows. */
export interface Scope {
  readonly elements: Elements;
  readonly known: KnownFacts;
  readonly context: Context;
}

export interface PlaceCandidate {
  readonly place: Place;
  readonly tally: Tally;
  /** Null when it may be accepted. */
  readonly doubt: string | null;
}

/** Scopes that are searched for candidates, and the most candidates that are weighed over all scopes. */
const SEARCHED = 4;
const WEIGHED = 30;
const NOT_READ: ReadonlySet<string> = new Set(['class', 'id', 'style']);
const PLAIN_NAME = /^[A-Za-z_][\w-]*$/;

/**
 * Places where a target could stand, best first, each with how often it gave what is known. Pure.
 * @param leastShare of the places with something known, in which it must be found
 */
export function rankPlaces(target: Target, scopes: readonly Scope[], leastShare: number): readonly PlaceCandidate[] {
  const searched = scopes
    .filter(({ known }) => target.facts.some((name) => known[name] !== undefined))
    .slice(0, SEARCHED);
  const spotted = new Map<string, Spotted>();
  for (const scope of searched) {
    for (const found of placesIn(target, scope)) spotted.set(JSON.stringify(found.place), found);
  }
  return [...spotted.values()]
    .filter(({ place }) => mostlyAgrees(target, searched, place))
    .sort(tighter)
    .slice(0, WEIGHED)
    .map((found) => {
      const { place } = found;
      const tally = tallyOf(scopes.map((scope) => trial(target, scope, place)));
      const several = searched.some((scope) => isOneOfSeveral(scope, place));
      const doubt = doubtOf(tally, leastShare, false) ?? (several ? 'is the first of several that differ' : null);
      return { ...found, tally, doubt };
    })
    .sort((a, b) => compareTallies(a.tally, b.tally) || tighter(a, b))
    .map(({ place, tally, doubt }) => ({ place, tally, doubt }));
}

/** Known values age, so one of the places searched may differ; a place that is missing is judged by its share later. */
function mostlyAgrees(target: Target, searched: readonly Scope[], place: Place): boolean {
  const differing = searched.filter((scope) => !isAbsent(scope, place) && trial(target, scope, place).agrees === false);
  return differing.length <= 1;
}

interface Spotted {
  readonly place: Place;
  /** Characters of the element that are not the value: an element of its own is easier to check, and breaks less. */
  readonly slack: number;
}

function tighter(one: Spotted, other: Spotted): number {
  return one.slack - other.slack || lengthOf(one.place) - lengthOf(other.place);
}

function lengthOf({ at, attribute, pattern }: Place): number {
  return at.length + (attribute?.length ?? 0) + (pattern?.length ?? 0);
}

function isAbsent({ elements }: Scope, { at }: Place): boolean {
  return at !== '' && elements.find(at).length === 0;
}

/** Whether a selector finds elements with different words: then the first is right by its place alone. */
function isOneOfSeveral({ elements }: Scope, { at, attribute, pattern }: Place): boolean {
  const found = at === '' ? elements : elements.find(at);
  const texts = Array.from({ length: found.length }, (_, index) => textOf(found.eq(index), { attribute, pattern }));
  return new Set(texts.filter((text) => text !== null)).size > 1;
}

function trial(target: Target, { elements, known, context }: Scope, place: Place) {
  const text = readPlaces(elements, [place], target.lineBreak)?.text ?? null;
  const reading = text === null ? { values: [] } : target.read(text, context);
  return { text, agrees: agrees(reading, known, target.facts) };
}

function placesIn(target: Target, { elements, known, context }: Scope): readonly Spotted[] {
  const all = elements.find('*');
  const within = Array.from({ length: all.length }, (_, index) => all.eq(index));
  return [elements.first(), ...within].flatMap((element) => {
    const fitting = [null, ...attributesOf(element)].flatMap((attribute) =>
      readingsThatAgree(target, element, attribute, known, context),
    );
    if (fitting.length === 0) return [];
    const selectors = element.is(elements) ? [''] : selectorsOf(element);
    return selectors.flatMap((at) => fitting.map(({ slack, ...rest }) => ({ place: { at, ...rest }, slack })));
  });
}

function readingsThatAgree(
  target: Target,
  element: Elements,
  attribute: string | null,
  known: KnownFacts,
  context: Context,
): readonly (Omit<Place, 'at'> & { readonly slack: number })[] {
  const text = textOf(element, { attribute, pattern: null }, target.lineBreak);
  if (text === null || text.length > target.longest) return [];
  return target.patterns(text).flatMap((pattern) => {
    const cut = pattern === null ? text : cutOut(text, pattern);
    if (cut === null || agrees(target.read(cut, context), known, target.facts) !== true) return [];
    return [{ attribute, pattern, slack: text.length - cut.length }];
  });
}

function attributesOf(element: Elements): readonly string[] {
  return Object.keys(element.attr() ?? {}).filter((name) => !NOT_READ.has(name) && PLAIN_NAME.test(name));
}

/** Selectors by which an element could be found again: by its own names, and by those of its parent. */
export function selectorsOf(element: Elements): readonly string[] {
  const own = namesOf(element);
  const tag = tagOf(element);
  const parents = namesOf(element.parent()).flatMap((parent) => [...own, tag].map((name) => `${parent} > ${name}`));
  return [...own, ...parents];
}

function namesOf(element: Elements): readonly string[] {
  const tag = tagOf(element);
  const classes = (element.attr('class') ?? '').split(/\s+/).filter((name) => PLAIN_NAME.test(name));
  const data = attributesOf(element).filter((name) => name.startsWith('data-'));
  return [...classes.map((name) => `${tag}.${name}`), ...data.map((name) => `${tag}[${name}]`)];
}

function tagOf(element: Elements): string {
  return (element.prop('tagName') ?? '*').toLowerCase();
}

import { LISTING_SOURCES } from '../core/schemas/names.js';
import type { ComposedProperty } from '../core/schemas/property.js';
import { factOf, textFact } from './property-facts.js';

/** One part of a score, with the reason for it. */
export interface QualityTerm {
  readonly name: 'completeness' | 'agreement' | 'evidence';
  /** Share in the score; the weights add up to 1. */
  readonly weight: number;
  /** 0 to 1. */
  readonly value: number;
  /** What was counted, in one sentence. */
  readonly explanation: string;
  /** Facts that are missing, contradicted or without evidence, by RESO name. */
  readonly names: readonly string[];
}

export interface Quality {
  /** 0 to 1, two digits. */
  readonly score: number;
  readonly terms: readonly QualityTerm[];
}

/** What the county gives for every parcel, and for homes besides. Land has no house, so nothing of one is expected. */
const COUNTY_FACTS =
  'ParcelNumber UnparsedAddress City PostalCode PropertyType LotSizeSquareFeet TaxAssessedValue'.split(' ');
const COUNTY_HOME_FACTS = ['LivingArea', 'YearBuilt', 'PropertySubType'];
/** What the county's map layer gives for every parcel. */
const MAP_FACTS = 'ParcelNumber UnparsedAddress City PostalCode LotSizeSquareFeet Latitude Longitude'.split(' ');
/** What a listing gives. */
const LISTING_FACTS = [
  'ListPrice',
  'StandardStatus',
  'BedroomsTotal',
  'BathroomsTotalInteger',
  'LivingArea',
  'YearBuilt',
  'PublicRemarks',
];

/**
 * How much of what its sources can give is known about a property, how far they agree, and how much of it can be traced. A
 * county parcel is not blamed for having no asking price. Pure; later checks of single values come on top.
 */
export function scoreQuality(property: ComposedProperty): Quality {
  const terms = [completeness(property), agreement(property), evidence(property)];
  const score = terms.reduce((sum, { weight, value }) => sum + weight * value, 0);
  return { score: Math.round(score * 100) / 100, terms };
}

function completeness(property: ComposedProperty): QualityTerm {
  const expected = [...expectedFacts(property)];
  const names = expected.filter((name) => !isStated(property, name));
  const known = expected.length - names.length;
  return {
    name: 'completeness',
    weight: 0.7,
    value: share(known, expected.length),
    explanation: `${known} of ${expected.length} facts that its sources can give are known`,
    names,
  };
}

function agreement(property: ComposedProperty): QualityTerm {
  const names = property.facts.filter(({ contradictedBy }) => contradictedBy.length > 0).map(({ name }) => name);
  const agreed = property.facts.length - names.length;
  return {
    name: 'agreement',
    weight: 0.2,
    value: share(agreed, property.facts.length),
    explanation: `${names.length} of ${property.facts.length} facts are contradicted by another source or payload`,
    names,
  };
}

function evidence(property: ComposedProperty): QualityTerm {
  const traced = ({ rawRef, fetchId, path }: { rawRef: string; fetchId: string; path: string }) =>
    rawRef !== '' && fetchId !== '' && path !== '';
  const names = property.facts.filter((fact) => !traced(fact)).map(({ name }) => name);
  const known = property.facts.length - names.length;
  return {
    name: 'evidence',
    weight: 0.1,
    value: share(known, property.facts.length),
    explanation: `${known} of ${property.facts.length} facts name the stored answer, the request and the place`,
    names,
  };
}

function expectedFacts(property: ComposedProperty): ReadonlySet<string> {
  const sources = new Set(property.facts.map(({ source }) => source));
  const names = new Set<string>();
  if (sources.has('maricopa-assessor')) {
    for (const name of COUNTY_FACTS) names.add(name);
    const type = textFact(property, 'PropertyType')?.value ?? 'Residential';
    if (type.startsWith('Residential')) for (const name of COUNTY_HOME_FACTS) names.add(name);
  }
  if (sources.has('maricopa-gis')) for (const name of MAP_FACTS) names.add(name);
  if (LISTING_SOURCES.some((name) => sources.has(name))) for (const name of LISTING_FACTS) names.add(name);
  return names;
}

function isStated(property: ComposedProperty, name: string): boolean {
  const value = factOf(property, name)?.value;
  return value !== undefined && value !== '' && !(typeof value === 'number' && Number.isNaN(value));
}

/** 0 of 0 is 0: a property of which nothing is known is not perfect. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

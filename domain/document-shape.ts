import { compactParcelNumber } from '../core/ids.js';
import type { Estimates } from '../core/schemas/estimates.js';
import type { FactValue } from '../core/schemas/facts.js';
import type { SourceName } from '../core/schemas/names.js';
import type { ChosenFact, ComposedProperty, DocumentOrigin, Enrichment } from '../core/schemas/property.js';
import type { TextFact } from '../core/schemas/text-facts.js';
import { parseAddress, streetLine } from './address.js';
import { findFeatures } from './features.js';
import { titleCase } from './normalise.js';
import { factOf, positiveFact, textFact } from './property-facts.js';
import { bathroomsOf } from './rules.js';
import { mergeTextFacts, readTextFacts, sourceSays } from './text-facts.js';

/** Where a normalised value comes from. */
export interface FieldEvidence {
  /** RESO name of the fact. */
  readonly fact: string;
  readonly source: SourceName;
  /** SHA-256 of the stored answer. */
  readonly raw_ref: string;
  readonly fetch_id: string;
  /** Where in the stored answer. */
  readonly path: string;
  /** Address asked; left out when the caller did not look it up. */
  readonly url?: string;
  /** RESO names of all facts a computed value is made of; left out for a value taken as it stands. */
  readonly computed_from?: readonly string[];
  /** How many other sources or payloads say something else; left out when none does. */
  readonly contradicted_by?: number;
}

export interface FeatureEvidenceRow extends FieldEvidence {
  readonly feature: string;
  /** Words of the remarks and where they stand; null when the whole fact is the evidence. */
  readonly span: { readonly start: number; readonly end: number; readonly quote: string } | null;
}

/** What the remarks say, with the words that say it. It never takes the place of what a source states. */
export interface TextFactRow extends FieldEvidence, Omit<TextFact, 'span'> {
  readonly span: TextFact['span'];
  /** What a source itself states of the same thing, as it states it; null when none does. */
  readonly source_says: FactValue | null;
}

/** Keys that have evidence, in the document's own names. */
export type NormalizedKey = (typeof DOCUMENT_FIELDS)[number]['key'];

/**
 * A property as readers get it: the keys of the workflow overview (`_id` to `processing_metadata`), then ours. Null: not stated
 * by any source. Money in US dollars, areas in square feet, instants ISO 8601 UTC (the store keeps them as dates).
 */
export interface ProcessedPropertyDocument {
  /** `processed_<property id>`. */
  readonly _id: string;
  /** First of `raw_ids`; null when there is none. */
  readonly raw_id: string | null;
  readonly processed_at: string;
  readonly normalized: {
    readonly address: {
      readonly street: string | null;
      readonly city: string | null;
      readonly state: string | null;
      readonly zip: string | null;
    };
    readonly details: {
      readonly bedrooms: number | null;
      readonly bathrooms: number | null;
      readonly square_feet: number | null;
      readonly lot_sqft: number | null;
      readonly year_built: number | null;
      readonly property_type: string | null;
    };
    readonly pricing: { readonly list_price: number | null; readonly price_per_sqft: number | null };
    /** Degrees, WGS 84; both or neither, and of one source. */
    readonly location: { readonly latitude: number | null; readonly longitude: number | null };
  };
  readonly llm_enrichment: {
    readonly description: string;
    readonly key_features: readonly string[];
    /** Computed by code; null where `estimates` says why. */
    readonly investment_analysis: {
      readonly rental_estimate: number | null;
      readonly cap_rate: number | null;
      readonly market_trend: string | null;
      readonly recommendation: string | null;
    };
  };
  readonly quality_score: number;
  readonly processing_metadata: {
    /** Null where rules alone wrote. */
    readonly llm_model: string | null;
    readonly tokens_used: number;
    readonly processing_time_ms: number;
  };

  readonly property_id: string;
  readonly parcel_number: string | null;
  readonly raw_ids: readonly string[];
  readonly mode: DocumentOrigin['mode'];
  readonly market: string;
  readonly run_key: string;
  readonly enriched_by: Enrichment['by'];
  readonly prompt_version: string | null;
  /** Evidence of each normalised value that is not null, by its place (`details.bedrooms`). */
  readonly evidence: Readonly<Partial<Record<NormalizedKey, FieldEvidence>>>;
  readonly feature_evidence: readonly FeatureEvidenceRow[];
  /** At most one a field. */
  readonly text_facts: readonly TextFactRow[];
  /** Formula and inputs of each value of `investment_analysis`; left out where nobody worked them out. */
  readonly estimates?: Estimates;
}

/** Sets what was estimated into a document. Pure. */
export function withEstimates(document: ProcessedPropertyDocument, estimates: Estimates): ProcessedPropertyDocument {
  const { rental_estimate, cap_rate, market_trend, recommendation } = estimates;
  const investment_analysis = {
    rental_estimate: rental_estimate.value,
    cap_rate: cap_rate.value,
    market_trend: market_trend.value,
    recommendation: recommendation.value,
  };
  return { ...document, llm_enrichment: { ...document.llm_enrichment, investment_analysis }, estimates };
}

interface FieldRow {
  readonly key: string;
  /** RESO names that the value is read from; the first that is stated is its evidence. */
  readonly names: readonly string[];
  readonly read: (property: ComposedProperty) => string | number | null;
  /** True when the value is worked out of several facts. */
  readonly computed?: true;
}

/** The one table between RESO names and keys of the document. */
export const DOCUMENT_FIELDS = [
  { key: 'address.street', names: ['UnparsedAddress'], read: streetOf },
  { key: 'address.city', names: ['City', 'UnparsedAddress'], read: cityOf },
  { key: 'address.state', names: ['StateOrProvince', 'UnparsedAddress'], read: stateOf },
  { key: 'address.zip', names: ['PostalCode', 'UnparsedAddress'], read: zipOf },
  { key: 'details.bedrooms', names: ['BedroomsTotal'], read: (property) => countOf(property, 'BedroomsTotal') },
  {
    key: 'details.bathrooms',
    names: ['BathroomsFull', 'BathroomsHalf', 'BathroomsTotalInteger'],
    read: (property) => bathroomsOf(property) ?? null,
  },
  { key: 'details.square_feet', names: ['LivingArea'], read: (property) => amountOf(property, 'LivingArea') },
  {
    key: 'details.lot_sqft',
    names: ['LotSizeSquareFeet'],
    read: (property) => amountOf(property, 'LotSizeSquareFeet'),
  },
  { key: 'details.year_built', names: ['YearBuilt'], read: (property) => amountOf(property, 'YearBuilt') },
  { key: 'details.property_type', names: ['PropertySubType', 'PropertyType'], read: typeOf },
  { key: 'pricing.list_price', names: ['ListPrice'], read: (property) => amountOf(property, 'ListPrice') },
  { key: 'pricing.price_per_sqft', names: ['ListPrice', 'LivingArea'], read: pricePerSqft, computed: true },
  { key: 'location.latitude', names: ['Latitude'], read: (property) => placeOf(property)?.latitude ?? null },
  { key: 'location.longitude', names: ['Longitude'], read: (property) => placeOf(property)?.longitude ?? null },
] as const satisfies readonly FieldRow[];

/**
 * Gives a property the shape that readers know. Pure.
 * @param qualityScore 0 to 1
 * @param rawIds ids in `raw_properties`; the first is `raw_id`
 * @param urls addresses asked, by fetch id, without secrets; ids that are missing leave the evidence without `url`
 */
export function toProcessedDocument(
  property: ComposedProperty,
  enrichment: Enrichment,
  qualityScore: number,
  origin: DocumentOrigin,
  rawIds: readonly string[],
  urls: Readonly<Record<string, string>> = {},
): ProcessedPropertyDocument {
  const values = new Map<NormalizedKey, string | number | null>(
    DOCUMENT_FIELDS.map(({ key, read }) => [key, read(property)]),
  );
  const text = (key: NormalizedKey) => textOrNull(values.get(key));
  const number = (key: NormalizedKey) => numberOrNull(values.get(key));
  return {
    _id: `processed_${property.propertyId}`,
    raw_id: rawIds[0] ?? null,
    processed_at: origin.processedAt,
    normalized: {
      address: {
        street: text('address.street'),
        city: text('address.city'),
        state: text('address.state'),
        zip: text('address.zip'),
      },
      details: {
        bedrooms: number('details.bedrooms'),
        bathrooms: number('details.bathrooms'),
        square_feet: number('details.square_feet'),
        lot_sqft: number('details.lot_sqft'),
        year_built: number('details.year_built'),
        property_type: text('details.property_type'),
      },
      pricing: { list_price: number('pricing.list_price'), price_per_sqft: number('pricing.price_per_sqft') },
      location: { latitude: number('location.latitude'), longitude: number('location.longitude') },
    },
    llm_enrichment: {
      description: enrichment.description,
      key_features: enrichment.keyFeatures,
      investment_analysis: { rental_estimate: null, cap_rate: null, market_trend: null, recommendation: null },
    },
    quality_score: qualityScore,
    processing_metadata: {
      llm_model: enrichment.by === 'model' ? enrichment.model : null,
      tokens_used: enrichment.tokensUsed,
      processing_time_ms: enrichment.processingMs,
    },
    property_id: property.propertyId,
    parcel_number: property.parcelNumber === null ? null : compactParcelNumber(property.parcelNumber),
    raw_ids: rawIds,
    mode: origin.mode,
    market: origin.market,
    run_key: origin.runKey,
    enriched_by: enrichment.by,
    prompt_version: enrichment.promptVersion,
    evidence: evidenceOf(property, values, urls),
    feature_evidence: featureEvidence(property, enrichment, urls),
    text_facts: textFactRows(property, enrichment, urls),
  };
}

function evidenceOf(
  property: ComposedProperty,
  values: ReadonlyMap<NormalizedKey, string | number | null>,
  urls: Readonly<Record<string, string>>,
): ProcessedPropertyDocument['evidence'] {
  const rows: readonly (FieldRow & { readonly key: NormalizedKey })[] = DOCUMENT_FIELDS;
  const entries = rows.flatMap(({ key, names, computed }) => {
    const facts = names.map((name) => factOf(property, name)).filter((fact) => fact !== null);
    const [first] = facts;
    if (values.get(key) === null || first === undefined) return [];
    return [[key, { ...fieldEvidence(first, urls), ...(computed ? { computed_from: names } : {}) }] as const];
  });
  return Object.fromEntries(entries);
}

function featureEvidence(
  property: ComposedProperty,
  { keyFeatures }: Enrichment,
  urls: Readonly<Record<string, string>>,
): readonly FeatureEvidenceRow[] {
  return findFeatures(property)
    .filter(({ text }) => keyFeatures.includes(text))
    .map(({ text, evidence }) => ({ feature: text, ...fieldEvidence(evidence.fact, urls), span: evidence.span }));
}

function textFactRows(
  property: ComposedProperty,
  { textFacts = [] }: Enrichment,
  urls: Readonly<Record<string, string>>,
): readonly TextFactRow[] {
  const remarks = factOf(property, 'PublicRemarks');
  if (remarks === null || typeof remarks.value !== 'string') return [];
  return mergeTextFacts(remarks.value, readTextFacts(remarks.value), textFacts).map((fact) => ({
    ...fact,
    ...fieldEvidence(remarks, urls),
    source_says: sourceSays(property, fact.field),
  }));
}

function fieldEvidence(fact: ChosenFact, urls: Readonly<Record<string, string>>): FieldEvidence {
  const url = urls[fact.fetchId];
  return {
    fact: fact.name,
    source: fact.source,
    raw_ref: fact.rawRef,
    fetch_id: fact.fetchId,
    path: fact.path,
    ...(url === undefined ? {} : { url }),
    ...(fact.contradictedBy.length === 0 ? {} : { contradicted_by: fact.contradictedBy.length }),
  };
}

function addressOf(property: ComposedProperty) {
  const text = textFact(property, 'UnparsedAddress')?.value;
  return text === undefined ? null : parseAddress(text, textFact(property, 'City')?.value ?? null);
}

function streetOf(property: ComposedProperty): string | null {
  const address = addressOf(property);
  return address === null ? null : streetLine(address);
}

function cityOf(property: ComposedProperty): string | null {
  const city = textFact(property, 'City')?.value ?? addressOf(property)?.city ?? null;
  return city === null ? null : titleCase(city);
}

function stateOf(property: ComposedProperty): string | null {
  return textFact(property, 'StateOrProvince')?.value.toUpperCase() ?? addressOf(property)?.state ?? null;
}

function zipOf(property: ComposedProperty): string | null {
  const stated = /^\d{5}/.exec(textFact(property, 'PostalCode')?.value ?? '')?.[0];
  return stated ?? addressOf(property)?.zip ?? null;
}

/** Zero bedrooms is a studio and a true count; anything that is no whole number from 0 is not stated. */
function countOf(property: ComposedProperty, name: string): number | null {
  const value: FactValue | undefined = factOf(property, name)?.value;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

function amountOf(property: ComposedProperty, name: string): number | null {
  return positiveFact(property, name)?.value ?? null;
}

/** A point on the earth. Zero on both axes is how map services write "nowhere"; half a point, or one made of two sources, is none. */
function placeOf(property: ComposedProperty): { readonly latitude: number; readonly longitude: number } | null {
  const [north, east] = [factOf(property, 'Latitude'), factOf(property, 'Longitude')];
  if (typeof north?.value !== 'number' || typeof east?.value !== 'number' || north.source !== east.source) return null;
  const [latitude, longitude] = [north.value, east.value];
  const onEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude !== 0 || longitude !== 0);
  return onEarth ? { latitude, longitude } : null;
}

const TYPE_KEYS: Readonly<Record<string, string>> = {
  'Single Family Residence': 'single_family',
  Condominium: 'condo',
  Townhouse: 'townhouse',
  Apartment: 'apartment',
};

function typeOf(property: ComposedProperty): string | null {
  const words = textFact(property, 'PropertySubType')?.value ?? textFact(property, 'PropertyType')?.value;
  if (words === undefined) return null;
  return (
    TYPE_KEYS[words] ??
    words
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, '')
  );
}

/** Asking price over living area, to the cent. A sale price is no asking price, so a parcel without a listing has none. */
function pricePerSqft(property: ComposedProperty): number | null {
  const price = amountOf(property, 'ListPrice');
  const area = amountOf(property, 'LivingArea');
  return price === null || area === null ? null : Math.round((price / area) * 100) / 100;
}

function textOrNull(value: string | number | null | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOrNull(value: string | number | null | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

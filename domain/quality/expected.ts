import type { SourceName } from '../../core/schemas/names.js';
import type { StoredRecord } from '../../core/schemas/property.js';

/** What a source gives, by RESO name. */
interface Gives {
  /** With the answers that a walk brings. */
  readonly always: readonly string[];
  /** With the answer about one thing, which the night's budget may leave for later. */
  readonly detail: readonly string[];
  /** Of `detail`, what only homes have. */
  readonly homes: readonly string[];
  /** Kinds of answer that bring `detail`; none: there is no such answer, and all comes with the walk. */
  readonly detailKinds: readonly string[];
}

const words = (text: string) => text.split(' ');
const NOTHING: Gives = { always: [], detail: [], homes: [], detailKinds: [] };
const LISTING_PAGE_GIVES = words('BedroomsTotal BathroomsTotalInteger LivingArea YearBuilt PublicRemarks');

/**
 * Facts that a source gives for (nearly) everything it knows. What it gives now and then (a pool, a sale, a subdivision) is no
 * gap where it is not there. Of a source without a row nothing is expected.
 */
const GIVES: Readonly<Partial<Record<SourceName, Gives>>> = {
  'maricopa-assessor': {
    always: words('ParcelNumber UnparsedAddress City PostalCode PropertyType'),
    detail: words('LotSizeSquareFeet TaxAssessedValue'),
    homes: words('LivingArea YearBuilt PropertySubType'),
    detailKinds: words('parcel propertyinfo residential-details valuations'),
  },
  'maricopa-gis': {
    always: words('ParcelNumber UnparsedAddress City PostalCode LotSizeSquareFeet Latitude Longitude'),
    detail: [],
    homes: words('LivingArea YearBuilt'),
    detailKinds: [],
  },
  'pima-assessor': {
    always: words('ParcelNumber UnparsedAddress City PostalCode PropertyType LotSizeSquareFeet TaxAssessedValue'),
    detail: [],
    homes: words('YearBuilt PropertySubType'),
    detailKinds: [],
  },
  'phoenix-mls': {
    always: words('ListPrice StandardStatus UnparsedAddress PostalCode City'),
    detail: LISTING_PAGE_GIVES,
    homes: [],
    detailKinds: ['listing-page'],
  },
  reso: {
    always: [...words('ListPrice StandardStatus UnparsedAddress PostalCode City'), ...LISTING_PAGE_GIVES],
    detail: [],
    homes: [],
    detailKinds: [],
  },
};

/** A fact that ought to be known, and of which source. */
export interface ExpectedFact {
  readonly name: string;
  /** First of the property's sources that gives it. */
  readonly source: SourceName;
  /** False: the answer that brings it was not asked for yet, by any source that gives it. */
  readonly asked: boolean;
}

/** What the sources of some records can give about their property, each name once. Pure. */
export function expectedFacts(records: readonly StoredRecord[], isHome: boolean): readonly ExpectedFact[] {
  const found = new Map<string, ExpectedFact>();
  for (const record of records) {
    for (const { name, asked } of givenBy(record, isHome)) {
      const before = found.get(name);
      found.set(name, {
        name,
        source: before?.source ?? record.source,
        asked: (before?.asked ?? false) || asked,
      });
    }
  }
  return [...found.values()];
}

function givenBy({ source, facts }: StoredRecord, isHome: boolean) {
  const { always, detail, homes, detailKinds } = GIVES[source] ?? NOTHING;
  const asked = detailKinds.length === 0 || facts.some(({ kind }) => detailKinds.includes(kind));
  const later = [...detail, ...(isHome ? homes : [])];
  return [...always.map((name) => ({ name, asked: true })), ...later.map((name) => ({ name, asked }))];
}

/** A value of the read model that a source cannot give, and why. */
export interface CannotGive {
  /** Key of the document, as in `normalized`. */
  readonly field: string;
  readonly source: SourceName;
  readonly why: string;
}

const cannot = (source: SourceName, why: string, fields: string): readonly CannotGive[] =>
  words(fields).map((field) => ({ field, source, why }));

/** What the sources cannot give. It is asked of nobody, and counts for no gap. */
export const CANNOT_GIVE: readonly CannotGive[] = [
  ...cannot('maricopa-assessor', 'the roll counts bath fixtures, not rooms', 'details.bedrooms details.bathrooms'),
  ...cannot('maricopa-assessor', 'the roll knows sales, not prices asked', 'pricing.list_price pricing.price_per_sqft'),
  ...cannot(
    'maricopa-assessor',
    'coordinates stand in some documents alone; the map layer has them for every parcel',
    'location.latitude location.longitude',
  ),
  ...cannot('maricopa-gis', 'the layer has no rooms', 'details.bedrooms details.bathrooms'),
  ...cannot('maricopa-gis', 'the layer knows sales, not prices asked', 'pricing.list_price pricing.price_per_sqft'),
  ...cannot('maricopa-gis', 'the layer has codes of use, no type of property', 'details.property_type'),
  ...cannot(
    'pima-assessor',
    'the layer has neither rooms nor areas of houses',
    'details.bedrooms details.bathrooms details.square_feet',
  ),
  ...cannot('pima-assessor', 'the layer knows no prices asked', 'pricing.list_price pricing.price_per_sqft'),
  ...cannot('phoenix-mls', 'the pages show no coordinates', 'location.latitude location.longitude'),
  ...cannot(
    'reso',
    'coordinates are the choice of whoever lists; many feeds leave them out',
    'location.latitude location.longitude',
  ),
];

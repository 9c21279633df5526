import { compactParcelNumber } from '../core/ids.js';
import type { Fact, FactValue } from '../core/schemas/facts.js';
import { LISTING_SOURCES, type SourceName } from '../core/schemas/names.js';
import type { ChosenFact, ComposedProperty, StoredRecord } from '../core/schemas/property.js';
import { addressKey, parseAddress } from './address.js';
import { OPEN_STATUSES } from './listing-status.js';

/** Per source, kinds of payload whose facts win first; kinds not named come last. From each source's `kindOrder`. */
export type KindOrder = Readonly<Partial<Record<SourceName, readonly string[]>>>;

/** Names for which a listing is the better witness. For all other names the county is. */
export const LISTING_WINS: ReadonlySet<string> = new Set(
  [
    'ListingKey ListingId ListPrice OriginalListPrice StandardStatus MlsStatus PublicRemarks PhotosCount BedroomsTotal',
    'BathroomsTotalInteger BathroomsFull BathroomsHalf AssociationFee AssociationFeeFrequency TaxAnnualAmount',
  ].flatMap((row) => row.split(' ')),
);

/**
 * Which source is believed first among those of the county, and among those of listings; the smaller number wins. The
 * assessor's own record comes before the map layer, which is copied from it and fills its gaps; the licensed feed of listings
 * before the site that shows them.
 */
const SOURCE_RANK: Readonly<Record<SourceName, number>> = {
  'maricopa-assessor': 0,
  'maricopa-gis': 1,
  reso: 2,
  'phoenix-mls': 3,
  'pima-assessor': 4,
};

/** Names that describe the record and not the property: two sources never agree on them, and need not. */
export const NOT_COMPARED: ReadonlySet<string> = new Set(
  [
    'ListingKey ListingId OriginatingSystemName ModificationTimestamp LivingAreaSource PublicRemarks PhotosCount',
    'xAttribution xListingPath',
  ].flatMap((row) => row.split(' ')),
);

/**
 * How far two numbers may lie apart and still say the same. Areas: 2 % (a listing rounds, the county measures).
 * Coordinates: 0.0005 degrees, about 50 m, inside one lot or the next. Every other number must be equal.
 */
const RELATIVE_TOLERANCE: Readonly<Record<string, number>> = {
  LivingArea: 0.02,
  LotSizeSquareFeet: 0.02,
  xPoolSquareFeet: 0.02,
};
const ABSOLUTE_TOLERANCE: Readonly<Record<string, number>> = { Latitude: 0.0005, Longitude: 0.0005 };

interface Candidate {
  readonly fact: Fact;
  readonly record: StoredRecord;
  /** Smaller wins; compared place by place. */
  readonly rank: readonly (number | string)[];
}

/**
 * Makes one property of the records about it. For each name the shown fact is chosen by, in this order: the better kind
 * of source for the name (county or listing); an open listing before a closed one; the source, by `SOURCE_RANK`; the kind of payload; the younger answer; then keys and paths, so that the
 * order of `records` never matters. Pure: equal input gives equal output.
 *
 * Facts of other sources, or of other payload kinds of the same record, that say something else are kept as contradictions;
 * an older listing of the same source is history, no contradiction.
 */
export function composeProperty(
  propertyId: string,
  records: readonly StoredRecord[],
  kindOrder: KindOrder = {},
): ComposedProperty {
  const byName = new Map<string, Candidate[]>();
  for (const record of records) {
    for (const fact of record.facts) {
      const candidates = byName.get(fact.name) ?? [];
      candidates.push({ fact, record, rank: rankOf(fact, record, kindOrder) });
      byName.set(fact.name, candidates);
    }
  }
  const facts = [...byName.values()].map(chooseFact).sort((a, b) => compareText(a.name, b.name));
  const textOf = (name: string) => facts.find((fact) => fact.name === name)?.value;
  const parcel = textOf('ParcelNumber') ?? (propertyId.startsWith('listing:') ? null : propertyId.split(':')[1]);
  const zip = /^\d{5}/.exec(`${textOf('PostalCode') ?? ''}`)?.[0];
  return {
    propertyId,
    parcelNumber: typeof parcel === 'string' ? compactParcelNumber(parcel) : null,
    zip: zip ?? [...records].sort(byRecordId).find((record) => record.zip !== null)?.zip ?? null,
    recordIds: records.map(({ recordId }) => recordId).sort(compareText),
    facts,
  };
}

/** True when two values of one fact say the same, by the tolerances above; texts without regard to case and blanks. */
export function saysTheSame(name: string, a: FactValue, b: FactValue): boolean {
  if (NOT_COMPARED.has(name)) return true;
  if (typeof a === 'number' && typeof b === 'number') return numbersAgree(name, a, b);
  if (saysOnlyYes(a) || saysOnlyYes(b)) return !saysNo(a) && !saysNo(b);
  if (Array.isArray(a) || Array.isArray(b)) return wordsOf(a).some((word) => wordsOf(b).includes(word));
  if (name === 'UnparsedAddress') return addressForm(`${a}`) === addressForm(`${b}`);
  return plain(a) === plain(b);
}

/** The county writes `Yes` where others name the kind. */
const saysOnlyYes = (value: FactValue) => plain(value) === 'yes';
const saysNo = (value: FactValue) => ['no', 'none', 'false'].includes(plain(value));

function numbersAgree(name: string, a: number, b: number): boolean {
  const gap = Math.abs(a - b);
  const relative = (RELATIVE_TOLERANCE[name] ?? 0) * Math.max(Math.abs(a), Math.abs(b));
  return gap <= Math.max(relative, ABSOLUTE_TOLERANCE[name] ?? 0);
}

function chooseFact(candidates: readonly Candidate[]): ChosenFact {
  const [shown, ...others] = [...candidates].sort((a, b) => compareRanks(a.rank, b.rank));
  if (shown === undefined) throw new Error('a name without facts');
  const contradictedBy = others
    .filter(({ record }) => record.source !== shown.record.source || record.recordId === shown.record.recordId)
    .map(({ fact }) => fact)
    .filter((fact) => !saysTheSame(fact.name, shown.fact.value, fact.value));
  return { ...shown.fact, contradictedBy };
}

function rankOf(fact: Fact, record: StoredRecord, kindOrder: KindOrder): readonly (number | string)[] {
  const isListing = LISTING_SOURCES.includes(record.source);
  const kinds = kindOrder[record.source] ?? [];
  const kindAt = kinds.indexOf(fact.kind);
  const status = record.facts.find(({ name }) => name === 'StandardStatus')?.value ?? null;
  return [
    isListing === LISTING_WINS.has(fact.name) ? 0 : 1,
    status === null || OPEN_STATUSES.includes(status) ? 0 : 1,
    SOURCE_RANK[record.source],
    kindAt < 0 ? kinds.length : kindAt,
    -(Date.parse(fact.fetchedAt) || 0),
    record.recordId,
    fact.path,
    `${fact.value}`,
  ];
}

function compareRanks(a: Candidate['rank'], b: Candidate['rank']): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    return left < right ? -1 : 1;
  }
  return 0;
}

function addressForm(text: string): string {
  const address = parseAddress(text);
  return address === null ? plain(text) : addressKey(address);
}

/** Words of a list such as `['Ct - Concrete Tile']`; codes of one or two letters say nothing by themselves. */
function wordsOf(value: FactValue): readonly string[] {
  const words = `${Array.isArray(value) ? value.join(' ') : value}`.toLowerCase().match(/[a-z0-9]{3,}/g);
  return (words ?? []).map((word) => SAME_WORDS[word] ?? word);
}

/** What listings name `Composition` is shingles of asphalt to the county. */
const SAME_WORDS: Readonly<Record<string, string>> = { asphalt: 'composition' };

function plain(value: FactValue): string {
  return `${value}`.replace(/\s+/g, ' ').trim().toLowerCase();
}

function byRecordId(a: StoredRecord, b: StoredRecord): number {
  return compareText(a.recordId, b.recordId);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

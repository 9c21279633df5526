import { normaliseParcelNumber } from '../../core/ids.js';
import type { FactInput, ParseResult, Reject, SourceRecord } from '../../core/schemas/facts.js';
import { type FieldRule, readBlock } from '../../domain/field-rules.js';
import { fieldOf, isFault, isObject, textOf } from '../../domain/readings.js';
import { COUNTY_FACTS, joined, parcelNumberFacts, zipOf } from './blocks.js';
import { envelopeDrift } from './errors.js';
import { ACCOUNT_ROW_FIELDS, RENTAL_ROW_FIELDS, SEARCH_ROW_FIELDS, SUBDIVISION_ROW_FIELDS } from './fields.js';
import { SEARCH_ROW, type SearchKind } from './kinds.js';
import { MANDATORY, type Mandatory, mandatoryFaults, searchEnvelope } from './schema.js';

/** How the rows of one search are read. */
interface RowKind {
  readonly recordKind: string;
  readonly rules: readonly FieldRule[];
  readonly mandatory: Mandatory;
  /** Field that names the thing: a parcel number, or another natural key given a prefix of its kind. */
  readonly keyField: string;
  /** Null: the key is a parcel number. */
  readonly keyPrefix: string | null;
}

const PROPERTY_ROW = { rules: SEARCH_ROW_FIELDS, mandatory: MANDATORY.searchRow, keyField: 'APN', keyPrefix: null };
const ACCOUNT_ROW = { rules: ACCOUNT_ROW_FIELDS, mandatory: MANDATORY.accountRow, keyField: 'AccountNo' };

const ROW_KINDS: Readonly<Record<SearchKind, RowKind>> = {
  'search-page': { ...PROPERTY_ROW, recordKind: SEARCH_ROW },
  'search-rp': { ...PROPERTY_ROW, recordKind: 'search-rp' },
  'search-rental': {
    recordKind: 'search-rental',
    rules: RENTAL_ROW_FIELDS,
    mandatory: MANDATORY.rentalRow,
    keyField: 'APN',
    keyPrefix: null,
  },
  'search-bpp': { ...ACCOUNT_ROW, recordKind: 'search-bpp', keyPrefix: 'bpp:' },
  'search-mh': { ...ACCOUNT_ROW, recordKind: 'search-mh', keyPrefix: 'mh:' },
  'search-sub': {
    recordKind: 'search-sub',
    rules: SUBDIVISION_ROW_FIELDS,
    mandatory: MANDATORY.subdivisionRow,
    keyField: 'SubdivisionName',
    keyPrefix: 'subdivision:',
  },
};

/** Longest key; a subdivision's name is cut to it (recorded: 60 characters). */
const LONGEST_KEY = 200;

/**
 * Rows of a search as records, one each, or rejects.
 * @throws SchemaDrift when the envelope is wrong
 */
export function parseSearch(kind: SearchKind, json: unknown, year: number): ParseResult {
  const rows = readEnvelope(json).Results.map((row, at) => parseRow(ROW_KINDS[kind], row, `Results[${at}]`, year));
  return { records: rows.flatMap(({ records }) => records), rejects: rows.flatMap(({ rejects }) => rejects) };
}

/**
 * TOTAL and rows of a search.
 * @throws SchemaDrift naming the path that is wrong
 */
export function readEnvelope(json: unknown): { readonly TOTAL: number; readonly Results: readonly unknown[] } {
  const checked = searchEnvelope.safeParse(json);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw envelopeDrift(issue?.path.join('.') || '$', issue?.message ?? 'is not a search result');
}

function parseRow(kind: RowKind, row: unknown, path: string, year: number): ParseResult {
  const key = keyOf(kind, row);
  if (!isObject(row)) return { records: [], rejects: [notARow(path)] };
  const faults = mandatoryFaults(row, kind.mandatory);
  if (faults.length > 0) {
    const rejects = faults.map(
      ({ field, problem }): Reject => ({
        key,
        path: `${path}.${field}`,
        reason: problem,
        mandatory: { field: `Results[].${field}`, row: path },
      }),
    );
    return { records: [], rejects };
  }
  const keyPath = `${path}.${kind.keyField}`;
  if (key === null) return { records: [], rejects: [{ key, path: keyPath, reason: 'is no parcel number' }] };
  const { facts, faults: unread } = joined([
    { facts: identityFacts(kind, key, keyPath), faults: [] },
    readBlock(row, `${path}.`, kind.rules, year),
  ]);
  const record: SourceRecord = {
    key,
    kind: kind.recordKind,
    zip: zipOf(facts),
    parcelNumber: kind.keyPrefix === null ? key : null,
    facts,
  };
  return { records: [record], rejects: unread.map((fault) => ({ key, ...fault })) };
}

/** A subdivision is no place with a state; accounts have no parcel. */
function identityFacts({ keyPrefix, recordKind }: RowKind, key: string, keyPath: string): readonly FactInput[] {
  const parcel = keyPrefix === null ? parcelNumberFacts(key, keyPath) : [];
  return recordKind === 'search-sub' ? [] : [...parcel, ...COUNTY_FACTS];
}

const notARow = (path: string): Reject => ({
  key: null,
  path,
  reason: 'is no object',
  mandatory: { field: 'Results[]', row: path },
});

function keyOf({ keyField, keyPrefix }: RowKind, row: unknown): string | null {
  const text = textOf(fieldOf(row, keyField));
  if (text === null || isFault(text)) return null;
  return keyPrefix === null ? normaliseParcelNumber(text) : `${keyPrefix}${text.slice(0, LONGEST_KEY)}`;
}

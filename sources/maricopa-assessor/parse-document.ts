import type { ParseResult, Reject } from '../../core/schemas/facts.js';
import { type BlockReading, readBlock } from '../../domain/field-rules.js';
import { fieldOf, isObject } from '../../domain/readings.js';
import { addressParts } from './address.js';
import { COUNTY_FACTS, joined, parcelNumberFacts, WHOLE, zipOf } from './blocks.js';
import { envelopeDrift } from './errors.js';
import { GEO_FIELDS, OWNER_FIELDS, PROPERTY_FIELDS, RESIDENTIAL_FIELDS } from './fields.js';
import type { DocumentKind } from './kinds.js';
import { MANDATORY, type Mandatory, mandatoryFaults } from './schema.js';
import { statedParcel } from './stated-parcel.js';
import { readImprovements, readValuations } from './valuations.js';

/** A part of an answer: where it stands, what it must hold, and how it is read. */
interface Part {
  /** With its dot; `''` for the body itself, `Valuations[2].` for a row. */
  readonly prefix: string;
  readonly block: unknown;
  readonly mandatory: Mandatory;
}

const NONE: ParseResult = { records: [], rejects: [] };

/**
 * The answer about one parcel as one record. An empty list where an object is due says that the county has no such parcel:
 * no record, no reject. Drawings, map links and entries of the rental register (`sketches`, `mapids`, `rental-details`) state
 * no fact and give neither. A document that lacks a mandatory field gives rejects alone, so that the facts of its last good
 * state stay; so does one that says it is about another parcel than `key`.
 * @param key compact parcel number that was asked for
 * @throws SchemaDrift when the body has another type
 */
export function parseDocument(kind: DocumentKind, key: string | null, json: unknown, year: number): ParseResult {
  checkEnvelope(kind, json);
  if (kind === 'sketches' || kind === 'mapids' || (Array.isArray(json) && json.length === 0)) return NONE;
  if (key === null)
    return { records: [], rejects: [{ key, path: WHOLE, reason: 'was asked for without a parcel number' }] };
  const other = otherParcelRejects(kind, key, json);
  if (other.length > 0) return { records: [], rejects: other };
  if (kind === 'rental-details') return NONE;
  const rejects = mandatoryRejects(kind, key, json);
  if (rejects.length > 0) return { records: [], rejects };
  const { facts, faults } = joined([
    { facts: [...parcelNumberFacts(key, WHOLE), ...COUNTY_FACTS], faults: [] },
    ...readingsOf(kind, json, year),
  ]);
  return {
    records: [{ key, kind, zip: zipOf(facts), parcelNumber: key, facts }],
    rejects: faults.map((fault) => ({ key, ...fault })),
  };
}

const LIST_KINDS: readonly DocumentKind[] = ['valuations', 'improvements'];

function checkEnvelope(kind: DocumentKind, json: unknown): void {
  const isEmptyList = Array.isArray(json) && json.length === 0;
  const fits = LIST_KINDS.includes(kind) ? Array.isArray(json) : isObject(json) || isEmptyList;
  if (!fits) throw envelopeDrift(WHOLE, `is no ${LIST_KINDS.includes(kind) ? 'list' : 'object'} (${kind})`);
}

/** A document of another parcel must not become facts of the one asked for. Where most do it, the service has changed. */
function otherParcelRejects(kind: DocumentKind, key: string, json: unknown): readonly Reject[] {
  const stated = statedParcel(kind, json);
  if (stated === null || stated.parcelNumber === key) return [];
  const { path, parcelNumber } = stated;
  const reason = `is about parcel ${parcelNumber}, and ${key} was asked for`;
  return [{ key, path, reason, code: 'ResponseInvalid', mandatory: { field: path, row: WHOLE } }];
}

function mandatoryRejects(kind: DocumentKind, key: string, json: unknown): readonly Reject[] {
  return partsOf(kind, json).flatMap(({ prefix, block, mandatory }) =>
    mandatoryFaults(block, mandatory).map(({ field, problem }) => ({
      key,
      path: `${prefix}${field}`,
      reason: problem,
      mandatory: { field: `${prefix.replace(/\[\d+\]/g, '[]')}${field}`, row: WHOLE },
    })),
  );
}

function partsOf(kind: DocumentKind, json: unknown): readonly Part[] {
  const whole = (mandatory: Mandatory): readonly Part[] => [{ prefix: '', block: json, mandatory }];
  switch (kind) {
    case 'parcel':
      return [
        ...whole({ ...MANDATORY.property, ...MANDATORY.parcel }),
        ...block(json, 'Owner', MANDATORY.owner),
        ...block(json, 'ResidentialPropertyData', MANDATORY.residential),
        ...rowParts(fieldOf(json, 'Valuations'), 'Valuations', MANDATORY.valuation),
        ...rowParts(fieldOf(json, 'Improvements'), 'Improvements', MANDATORY.improvement),
      ];
    case 'propertyinfo':
      return whole(MANDATORY.property);
    case 'address':
      return whole(MANDATORY.address);
    case 'residential-details':
      return whole(MANDATORY.residential);
    case 'owner-details':
      return whole(MANDATORY.owner);
    case 'valuations':
      return rowParts(json, '', MANDATORY.valuation);
    case 'improvements':
      return rowParts(json, '', MANDATORY.improvement);
    default:
      return whole(MANDATORY.nothing);
  }
}

/** A block that says nothing (null, `[]`: a parcel without a home) has no mandatory fields. */
function block(json: unknown, name: string, mandatory: Mandatory): readonly Part[] {
  const value = fieldOf(json, name);
  return isObject(value) ? [{ prefix: `${name}.`, block: value, mandatory }] : [];
}

const rowParts = (rows: unknown, path: string, mandatory: Mandatory): readonly Part[] =>
  listOf(rows).map((row, at) => ({ prefix: `${path}[${at}].`, block: row, mandatory }));

/** Blocks in order of trust: the first to state a fact wins. */
function readingsOf(kind: DocumentKind, json: unknown, year: number): readonly BlockReading[] {
  const parts = { facts: addressParts(json, ''), faults: [] };
  switch (kind) {
    case 'parcel':
      return [
        readBlock(json, '', PROPERTY_FIELDS, year),
        parts,
        readBlock(fieldOf(json, 'Geo'), 'Geo.', GEO_FIELDS, year),
        readBlock(fieldOf(json, 'ResidentialPropertyData'), 'ResidentialPropertyData.', RESIDENTIAL_FIELDS, year),
        readValuations(listOf(fieldOf(json, 'Valuations')), 'Valuations', year),
        readBlock(fieldOf(json, 'Owner'), 'Owner.', OWNER_FIELDS, year),
        readImprovements(listOf(fieldOf(json, 'Improvements')), 'Improvements', year),
      ];
    case 'propertyinfo':
    case 'address':
      return [readBlock(json, '', PROPERTY_FIELDS, year), parts];
    case 'residential-details':
      return [readBlock(json, '', RESIDENTIAL_FIELDS, year)];
    case 'owner-details':
      return [readBlock(json, '', OWNER_FIELDS, year)];
    case 'valuations':
      return [readValuations(listOf(json), '', year)];
    case 'improvements':
      return [readImprovements(listOf(json), '', year)];
    default:
      return [];
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

import type { RawPayload } from '../../core/raw-payload.js';
import type { FactInput, ParseResult, Reject } from '../../core/schemas/facts.js';
import { type BlockReading, readBlock } from '../../domain/field-rules.js';
import { fieldOf, type Reading } from '../../domain/readings.js';
import { envelopeDrift } from './errors.js';
import { askedPrice, livingArea, ROW_FIELDS } from './fields.js';
import { keyRow, mandatoryRow, pageEnvelope } from './schema.js';

/** Kind of payload of a page of listings; its records are of kind `reso-row`. */
export const RESO_PAGE = 'reso-page';
/** Kind of payload of a page of keys alone; it gives no record. */
export const RESO_KEYS = 'reso-keys';
export const RESO_ROW = 'reso-row';

/** A page of the service, read. */
export interface ResoPage {
  readonly rows: readonly unknown[];
  /** Rows there are in all; null when the service does not say. */
  readonly count: number | null;
  /** As it was given; null on the last page. */
  readonly nextLink: string | null;
}

/**
 * Rows, count and link of a page.
 * @throws SchemaDrift naming the path that is wrong
 */
export function readPage(json: unknown): ResoPage {
  const checked = pageEnvelope.safeParse(json);
  if (checked.success) {
    const { value, '@odata.count': count, '@odata.nextLink': nextLink } = checked.data;
    return { rows: value, count: count ?? null, nextLink: nextLink ?? null };
  }
  const [issue] = checked.error.issues;
  throw envelopeDrift(issue?.path.join('.') || '$', issue?.message ?? 'is no page of listings');
}

/**
 * Rows of a redacted page as records, one each, or rejects. Pure: bounds that depend on time use the time the answer arrived.
 * @throws SchemaDrift when the envelope is wrong or the kind is not known
 */
export function parse({ kind, body, fetchedAt }: RawPayload): ParseResult {
  if (kind !== RESO_PAGE && kind !== RESO_KEYS) throw envelopeDrift('$', `is of the unknown kind ${kind.slice(0, 40)}`);
  if (body.type === 'html') throw envelopeDrift('$', 'is a page, not JSON');
  const year = new Date(fetchedAt).getUTCFullYear();
  const parseOne = kind === RESO_KEYS ? parseKey : (row: unknown, path: string) => parseRow(row, path, year);
  const rows = readPage(body.json).rows.map((row, at) => parseOne(row, `value[${at}]`));
  const listed = rows.flatMap((row) => row.listed ?? []);
  return {
    records: rows.flatMap(({ records }) => records),
    rejects: rows.flatMap(({ rejects }) => rejects),
    ...(kind === RESO_KEYS ? { listed } : {}),
  };
}

function parseKey(row: unknown, path: string): ParseResult {
  const checked = keyRow.safeParse(row);
  if (!checked.success) return { records: [], rejects: rejectsOf(row, path, checked.error.issues) };
  return { records: [], rejects: [], listed: [checked.data.ListingKey] };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function rejectsOf(row: unknown, path: string, issues: readonly Issue[]): readonly Reject[] {
  const stated = fieldOf(row, 'ListingKey');
  const key = typeof stated === 'string' && stated.trim() !== '' ? stated.trim().slice(0, 255) : null;
  return issues.map((issue): Reject => {
    const [name] = issue.path;
    if (name === undefined) return { key, path, reason: 'is no object', mandatory: { field: 'value[]', row: path } };
    const field = String(name);
    const reason = fieldOf(row, field) === undefined ? 'is missing' : issue.message;
    return { key, path: `${path}.${field}`, reason, mandatory: { field: `value[].${field}`, row: path } };
  });
}

function parseRow(row: unknown, path: string, year: number): ParseResult {
  const checked = mandatoryRow.safeParse(row);
  if (!checked.success) return { records: [], rejects: rejectsOf(row, path, checked.error.issues) };
  const key = checked.data.ListingKey;
  const { facts, faults } = readRow(row, `${path}.`, year);
  const textOf = (name: string) => {
    const found = facts.find((fact) => fact.name === name)?.value;
    return typeof found === 'string' ? found : null;
  };
  const identity: FactInput = { name: 'ListingKey', value: key, path: `${path}.ListingKey` };
  return {
    records: [
      {
        key,
        kind: RESO_ROW,
        zip: textOf('PostalCode'),
        parcelNumber: textOf('ParcelNumber'),
        facts: [identity, ...facts],
      },
    ],
    rejects: faults.map((fault) => ({ key, ...fault })),
  };
}

function readRow(row: unknown, prefix: string, year: number): BlockReading {
  const single = readBlock(row, prefix, ROW_FIELDS, year);
  const area = livingArea(fieldOf(row, 'LivingArea'), fieldOf(row, 'LivingAreaUnits'));
  const price = askedPrice(fieldOf(row, 'ListPrice'), fieldOf(row, 'PropertyType'));
  const readings: readonly (readonly [string, Reading])[] = [
    [`${prefix}LivingArea`, area],
    [`${prefix}ListPrice`, price],
  ];
  return {
    facts: [
      ...readings.flatMap(([path, reading]) =>
        'fault' in reading ? [] : reading.values.map(([name, value]) => ({ name, value, path })),
      ),
      ...single.facts,
    ],
    faults: [
      ...readings.flatMap(([path, reading]) => ('fault' in reading ? [{ path, reason: reading.fault }] : [])),
      ...single.faults,
    ],
  };
}

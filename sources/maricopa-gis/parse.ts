import { normaliseParcelNumber } from '../../core/ids.js';
import type { FactInput, ParseResult, Reject } from '../../core/schemas/facts.js';
import type { RawPayload } from '../../core/source.js';
import { readBlock } from '../../domain/field-rules.js';
import { fieldOf } from '../../domain/readings.js';
import { envelopeDrift } from './errors.js';
import { ROW_FIELDS } from './fields.js';
import { mandatoryRow, pageEnvelope } from './schema.js';

/** Kind of payload of a page of rows; its records are of kind `gis-row`. */
export const GIS_PAGE = 'gis-page';
export const GIS_ROW = 'gis-row';

/** What is true of every parcel of this county; holds for the whole answer. */
const COUNTY_FACTS: readonly FactInput[] = [
  { name: 'StateOrProvince', value: 'AZ', path: '$' },
  { name: 'CountyOrParish', value: 'Maricopa', path: '$' },
];

/**
 * Rows of a redacted page as records, one each, or rejects. Pure: bounds that depend on time use the time the answer arrived.
 * @throws SchemaDrift when the envelope is wrong or the kind is not known
 */
export function parse({ kind, body, fetchedAt }: RawPayload): ParseResult {
  if (kind !== GIS_PAGE) throw envelopeDrift('$', `is of the unknown kind ${kind.slice(0, 40)}`);
  if (body.type === 'html') throw envelopeDrift('$', 'is a page, not JSON');
  const year = new Date(fetchedAt).getUTCFullYear();
  const { features } = readPage(body.json);
  const rows = features.map((feature, at) =>
    parseRow(fieldOf(feature, 'attributes'), `features[${at}].attributes`, year),
  );
  return { records: rows.flatMap(({ records }) => records), rejects: rows.flatMap(({ rejects }) => rejects) };
}

/**
 * Rows of a page, and whether more follow.
 * @throws SchemaDrift naming the path that is wrong
 */
export function readPage(json: unknown): { readonly features: readonly unknown[]; readonly more: boolean } {
  const checked = pageEnvelope.safeParse(json);
  if (checked.success) {
    return { features: checked.data.features, more: checked.data.exceededTransferLimit ?? false };
  }
  const [issue] = checked.error.issues;
  throw envelopeDrift(issue?.path.join('.') || '$', issue?.message ?? 'is no page of rows');
}

function parseRow(row: unknown, path: string, year: number): ParseResult {
  const stated = fieldOf(row, 'APN');
  const key = typeof stated === 'string' ? normaliseParcelNumber(stated) : null;
  const checked = mandatoryRow.safeParse(row);
  if (!checked.success) {
    const rejects = checked.error.issues.map((issue): Reject => {
      const [name] = issue.path;
      const field = name === undefined ? '' : `.${String(name)}`;
      const reason =
        name === undefined ? 'is no object' : fieldOf(row, String(name)) === undefined ? 'is missing' : issue.message;
      return { key, path: `${path}${field}`, reason, mandatory: { field: `features[].attributes${field}`, row: path } };
    });
    return { records: [], rejects };
  }
  if (key === null) return { records: [], rejects: [{ key, path: `${path}.APN`, reason: 'is no parcel number' }] };
  const { facts, faults } = readBlock(row, `${path}.`, ROW_FIELDS, year);
  const zip = facts.find(({ name }) => name === 'PostalCode')?.value;
  const identity: FactInput = { name: 'ParcelNumber', value: key, path: `${path}.APN` };
  return {
    records: [
      {
        key,
        kind: GIS_ROW,
        zip: typeof zip === 'string' ? zip : null,
        parcelNumber: key,
        facts: [identity, ...COUNTY_FACTS, ...facts],
      },
    ],
    rejects: faults.map((fault) => ({ key, ...fault })),
  };
}

import type { RawPayload } from '../core/raw-payload.js';
import type { FactInput, ParseResult, Reject } from '../core/schemas/facts.js';
import type { SourceName } from '../core/schemas/names.js';
import { type FieldRule, readBlock } from '../domain/field-rules.js';
import { fieldOf } from '../domain/readings.js';
import type { LayerErrors } from './arcgis-errors.js';
import { pageEnvelope } from './arcgis-schema.js';

/** What a mandatory row lacks, by field; as zod tells it. */
interface RowCheck {
  safeParse(row: unknown):
    | { readonly success: true }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

/** How the pages of one layer are read. */
export interface LayerPages {
  readonly source: SourceName;
  readonly errors: LayerErrors;
  /** Kind of payload of a page. */
  readonly pageKind: string;
  /** Kind of its records. */
  readonly rowKind: string;
  /** Most rows of a page. */
  readonly mostRows: number;
  /** Field of the parcel number, and how it is written; null for a text that is none. */
  readonly keyField: string;
  readonly keyOf: (text: string) => string | null;
  /** The fields without which a row is not understood. */
  readonly mandatoryRow: RowCheck;
  readonly fields: readonly FieldRule[];
  /** What is true of every parcel of the layer; holds for the whole answer. */
  readonly sameForAll: readonly FactInput[];
}

/**
 * Rows of a redacted page as records, one each, or rejects. Pure: bounds that depend on time use the time the answer arrived.
 * @throws SchemaDrift when the envelope is wrong or the kind is not known
 */
export function parsePage(pages: LayerPages, { kind, body, fetchedAt }: RawPayload): ParseResult {
  const { errors, pageKind } = pages;
  if (kind !== pageKind) throw errors.envelopeDrift('$', `is of the unknown kind ${kind.slice(0, 40)}`);
  if (body.type === 'html') throw errors.envelopeDrift('$', 'is a page, not JSON');
  const year = new Date(fetchedAt).getUTCFullYear();
  const rows = readPage(pages, body.json).features.map((feature, at) =>
    parseRow(pages, fieldOf(feature, 'attributes'), `features[${at}].attributes`, year),
  );
  return { records: rows.flatMap(({ records }) => records), rejects: rows.flatMap(({ rejects }) => rejects) };
}

/**
 * Rows of a page, and whether more follow.
 * @throws SchemaDrift naming the path that is wrong
 */
export function readPage(
  { errors, mostRows }: LayerPages,
  json: unknown,
): { readonly features: readonly unknown[]; readonly more: boolean } {
  const checked = pageEnvelope.safeParse(json);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw errors.envelopeDrift(issue?.path.join('.') || '$', issue?.message ?? 'is no page of rows');
  }
  const { features, exceededTransferLimit } = checked.data;
  if (features.length > mostRows) throw errors.envelopeDrift('features', `has more than ${mostRows} rows`);
  return { features, more: exceededTransferLimit ?? false };
}

function parseRow(pages: LayerPages, row: unknown, path: string, year: number): ParseResult {
  const { keyField, keyOf, mandatoryRow, fields, sameForAll, rowKind } = pages;
  const stated = fieldOf(row, keyField);
  const key = typeof stated === 'string' ? keyOf(stated) : null;
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
  if (key === null) {
    return { records: [], rejects: [{ key, path: `${path}.${keyField}`, reason: 'is no parcel number' }] };
  }
  const { facts, faults } = readBlock(row, `${path}.`, fields, year);
  const zip = facts.find(({ name }) => name === 'PostalCode')?.value;
  const identity: FactInput = { name: 'ParcelNumber', value: key, path: `${path}.${keyField}` };
  return {
    records: [
      {
        key,
        kind: rowKind,
        zip: typeof zip === 'string' ? zip : null,
        parcelNumber: key,
        facts: [identity, ...sameForAll, ...facts],
      },
    ],
    rejects: faults.map((fault) => ({ key, ...fault })),
  };
}

import type { RawPayload } from '../../core/raw-payload.js';
import type { ParseResult } from '../../core/schemas/facts.js';
import { envelopeDrift } from './errors.js';
import { isDocumentKind, isSearchKind } from './kinds.js';
import { parseDocument } from './parse-document.js';
import { parseSearch } from './parse-search.js';

/**
 * Canonical facts of one redacted answer, of every kind in `kinds.ts`. Pure: bounds that depend on time use the time the
 * answer arrived, so a replay gives the same. Every row is a record or a reject; a record with an impossible field keeps
 * its other facts and has a reject for the path of that field.
 * @throws SchemaDrift when the envelope is wrong or the kind is not known
 */
export function parse({ kind, key, body, fetchedAt }: RawPayload): ParseResult {
  if (body.type === 'html') throw envelopeDrift('$', 'is a page, not JSON');
  const year = new Date(fetchedAt).getUTCFullYear();
  if (isSearchKind(kind)) return parseSearch(kind, body.json, year);
  if (isDocumentKind(kind)) return parseDocument(kind, key, body.json, year);
  throw envelopeDrift('$', `is of the unknown kind ${kind.slice(0, 40)}`);
}

import { createLayerErrors } from '../arcgis-errors.js';
import type { LayerPages } from '../arcgis-rows.js';
import { ROW_FIELDS } from './fields.js';
import { mandatoryRow } from './schema.js';
import { PAGE_ROWS, PIMA_ASSESSOR } from './settings.js';

/** Book, map, parcel and split: eight digits, then a digit or a letter (`107080130`, `13701008E`; dashes in print). */
const PARCEL = /^(\d{3})-?(\d{2})-?(\d{3}[\dA-Z])$/;

/** A parcel number of Pima County in its compact form; null for a text that is none. */
export function pimaParcelNumber(text: string): string | null {
  const match = PARCEL.exec(text.trim().toUpperCase());
  return match ? match.slice(1).join('') : null;
}

/** How pages of this layer are read. */
export const PAGES: LayerPages = {
  source: PIMA_ASSESSOR,
  errors: createLayerErrors(PIMA_ASSESSOR),
  pageKind: 'pima-page',
  rowKind: 'pima-row',
  mostRows: PAGE_ROWS,
  keyField: 'PARCEL',
  keyOf: pimaParcelNumber,
  mandatoryRow,
  fields: ROW_FIELDS,
  sameForAll: [
    { name: 'StateOrProvince', value: 'AZ', path: '$' },
    { name: 'CountyOrParish', value: 'Pima', path: '$' },
  ],
};

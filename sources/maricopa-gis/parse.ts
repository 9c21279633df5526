import { normaliseParcelNumber } from '../../core/ids.js';
import { createLayerErrors } from '../arcgis-errors.js';
import type { LayerPages } from '../arcgis-rows.js';
import { ROW_FIELDS } from './fields.js';
import { mandatoryRow } from './schema.js';
import { GIS, PAGE_ROWS } from './settings.js';

/** How pages of this layer are read. */
export const PAGES: LayerPages = {
  source: GIS,
  errors: createLayerErrors(GIS),
  pageKind: 'gis-page',
  rowKind: 'gis-row',
  mostRows: PAGE_ROWS,
  keyField: 'APN',
  keyOf: normaliseParcelNumber,
  mandatoryRow,
  fields: ROW_FIELDS,
  sameForAll: [
    { name: 'StateOrProvince', value: 'AZ', path: '$' },
    { name: 'CountyOrParish', value: 'Maricopa', path: '$' },
  ],
};

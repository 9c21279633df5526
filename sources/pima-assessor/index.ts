import type { Source } from '../../core/source.js';
import type { HttpGet } from '../../net/http-client.js';
import { LAYER_TRAITS, type LayerSettings } from '../arcgis-settings.js';
import { createLayerSource } from '../arcgis-source.js';
import { PAGES } from './parse.js';
import { ASSUMED_PARCELS } from './settings.js';

export { createPimaAssessorSettings } from './settings.js';

export interface PimaAssessorDeps {
  readonly http: HttpGet;
  readonly settings: LayerSettings;
}

/** The parcels of Pima County with the assessor's roll, as a map layer: pages of 1,000 rows by ZIP code, no details, no token. */
export function createPimaAssessor({ http, settings: { queryUrl, target } }: PimaAssessorDeps): Source {
  return createLayerSource(http, {
    pages: PAGES,
    queryUrl,
    limit: target.limit,
    traits: LAYER_TRAITS,
    zipField: 'SITE_ZIP',
    knownZip: '85705',
    assumedRows: ASSUMED_PARCELS,
  });
}

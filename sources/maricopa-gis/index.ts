import type { Source } from '../../core/source.js';
import type { HttpGet } from '../../net/http-client.js';
import { LAYER_TRAITS, type LayerSettings } from '../arcgis-settings.js';
import { createLayerSource } from '../arcgis-source.js';
import { PAGES } from './parse.js';
import { ASSUMED_PARCELS } from './settings.js';

export { createGisSettings } from './settings.js';

export interface GisDeps {
  readonly http: HttpGet;
  readonly settings: LayerSettings;
}

/**
 * The county's map layer of parcels as a source: the second witness beside the assessor, and the one that knows coordinates.
 * Pages of 1,000 rows by ZIP code, no details, no token.
 */
export function createMaricopaGis({ http, settings: { queryUrl, target } }: GisDeps): Source {
  return createLayerSource(http, {
    pages: PAGES,
    queryUrl,
    limit: target.limit,
    traits: LAYER_TRAITS,
    zipField: 'PHYSICAL_ZIP',
    knownZip: '85031',
    assumedRows: ASSUMED_PARCELS,
  });
}

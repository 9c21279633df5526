import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import { type LayerSettings, layerSettings } from '../arcgis-settings.js';

export const GIS: SourceName = 'maricopa-gis';

/** Parcels layer on the county's map server (public code that asks it, read 2025-07). */
const LAYER = '/arcgis/rest/services/Parcels/MapServer/0/query';

/** Rows asked at one time; the layer gives no more (contract, read 2025-07). It may give fewer. */
export const PAGE_ROWS = 1_000;

/** Parcels of a ZIP code before anything was asked, for plans (assumed: the mean of the market's ZIPs, rounded up). */
export const ASSUMED_PARCELS = 10_000;

type GisConfig = Pick<
  Config,
  'maricopaGisBaseUrl' | 'maricopaGisInFlight' | 'maricopaGisWindowLimit' | 'maricopaGisWindowMs'
>;

/** Settings of the map layer out of the process settings. */
export function createGisSettings(config: GisConfig): LayerSettings {
  return layerSettings(config.maricopaGisBaseUrl, LAYER, {
    windowLimit: config.maricopaGisWindowLimit,
    windowMs: config.maricopaGisWindowMs,
    inFlight: config.maricopaGisInFlight,
  });
}

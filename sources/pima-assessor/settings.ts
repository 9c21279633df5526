import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import { type LayerSettings, layerSettings } from '../arcgis-settings.js';

export const PIMA_ASSESSOR: SourceName = 'pima-assessor';

/** Parcels with the roll of the county assessor, on the City of Tucson's map server (public code that asks it, read 2026-11). */
const LAYER = '/arcgis/rest/services/PublicMaps/PropertyHousing/MapServer/17/query';

/** Rows asked at one time. The county's own server gives 2,000 at most; that this one gives 1,000 is assumed. It may give fewer. */
export const PAGE_ROWS = 1_000;

/** Parcels of a ZIP code before anything was asked, for plans (assumed: 400,000 parcels in some 50 ZIP codes, rounded up). */
export const ASSUMED_PARCELS = 10_000;

type PimaAssessorConfig = Pick<
  Config,
  'pimaAssessorBaseUrl' | 'pimaAssessorInFlight' | 'pimaAssessorWindowLimit' | 'pimaAssessorWindowMs'
>;

/** Settings of this source out of the process settings. */
export function createPimaAssessorSettings(config: PimaAssessorConfig): LayerSettings {
  return layerSettings(config.pimaAssessorBaseUrl, LAYER, {
    windowLimit: config.pimaAssessorWindowLimit,
    windowMs: config.pimaAssessorWindowMs,
    inFlight: config.pimaAssessorInFlight,
  });
}

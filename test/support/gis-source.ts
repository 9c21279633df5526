import type { Json } from '../../core/hash.js';
import type { RawPayload } from '../../core/raw-payload.js';
import type { Window } from '../../core/schemas/collect.js';
import type { Source } from '../../core/source.js';
import { createGisSettings, createMaricopaGis } from '../../sources/maricopa-gis/index.js';
import { openHttpGet } from './local-http.js';

/** The map layer as a source asking a local server, without ceiling. */
export function gisSource(baseUrl = 'http://127.0.0.1:9'): Source {
  const settings = createGisSettings({
    maricopaGisBaseUrl: baseUrl,
    maricopaGisInFlight: 2,
    maricopaGisWindowLimit: 60,
    maricopaGisWindowMs: 60_000,
  });
  return createMaricopaGis({
    http: openHttpGet('maricopa-gis', settings.target.origin, settings.target.limit),
    settings,
  });
}

export const GIS_WINDOW: Window = {
  market: 'phoenix',
  county: 'us-az-maricopa',
  source: 'maricopa-gis',
  zip: '85031',
  runDate: '2025-11-20',
  runKey: 'daily/phoenix/2025-11-20#1',
  limit: null,
};

/** A row as the layer gives it; what is given replaces its fields. */
export function gisRow(changes: Readonly<Record<string, Json>> = {}): Readonly<Record<string, Json>> {
  return {
    OBJECTID: 1,
    APN: '10306005',
    PHYSICAL_ADDRESS: '4027 N 55TH AVE   PHOENIX  85031',
    PHYSICAL_CITY: 'PHOENIX',
    PHYSICAL_ZIP: '85031',
    LATITUDE: 33.4951,
    LONGITUDE: -112.1712,
    LAND_SIZE: 7_015,
    LIVING_SPACE: 1_504,
    CONST_YEAR: 1_958,
    SALE_PRICE: 250_000,
    SALE_DATE: 1_361_923_200_000,
    TAX_YR_CUR: '2026',
    FCV_CUR: 301_200,
    LPV_CUR: '154,321  ',
    CITY_ZONING: 'R1-6',
    SUBNAME: 'MARYVALE  TERRACE',
    ...changes,
  };
}

/** Rows as an answer of the layer. */
export function gisPage(rows: readonly Json[], more = false): Json {
  const features = rows.map((attributes) => ({ attributes }));
  return more ? { features, exceededTransferLimit: true } : { features };
}

export function gisPayload(json: Json, fetchedAt = '2025-11-20T10:00:00.000Z'): RawPayload {
  return {
    kind: 'gis-page',
    key: null,
    url: 'http://127.0.0.1/',
    fetchId: 'fetch-1',
    fetchedAt,
    body: { type: 'json', json },
  };
}

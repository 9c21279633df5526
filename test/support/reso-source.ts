import type { Json } from '../../core/hash.js';
import type { RawPayload } from '../../core/raw-payload.js';
import type { Window } from '../../core/schemas/collect.js';
import type { Source } from '../../core/source.js';
import { createReso, createResoSettings } from '../../sources/reso/index.js';
import { openHttpGet } from './local-http.js';

/** Credentials of a client, as the token service of a local server takes them. */
export const CLIENT = { resoToken: null, resoClientId: 'client-1', resoClientSecret: 'canary-client-secret' };
/** A bearer token that was given. */
export const GIVEN = {
  resoToken: 'canary-given-token',
  resoClientId: null,
  resoClientSecret: null,
  resoTokenUrl: null,
};

/** Settings of the source for a local server. */
export function resoSettings(baseUrl: string, changes: Partial<Parameters<typeof createResoSettings>[0]> = {}) {
  return createResoSettings({
    resoBaseUrl: `${baseUrl}/Reso/OData`,
    ...CLIENT,
    resoTokenUrl: `${baseUrl}/oauth2/token`,
    resoTokenScope: null,
    resoStatuses: ['Active', 'Active Under Contract', 'Pending', 'Coming Soon'],
    resoPageRows: 25,
    resoWindowLimit: 60,
    resoWindowMs: 60_000,
    resoInFlight: 2,
    resoOverlapMinutes: 20,
    resoOldestHours: 72,
    resoWholeHours: 160,
    resoKeysHours: 0,
    ...changes,
  });
}

/** The RESO service as a source asking a local server, without ceiling. */
export function resoSource(baseUrl = 'http://127.0.0.1:9', changes: Parameters<typeof resoSettings>[1] = {}): Source {
  const settings = resoSettings(baseUrl, changes);
  const { origin, limit, moreOrigins = [] } = settings.target;
  return createReso({ http: openHttpGet('reso', origin, limit, moreOrigins), settings });
}

export const RESO_WINDOW: Window = {
  market: 'phoenix',
  county: 'us-az-maricopa',
  source: 'reso',
  zip: '85031',
  runDate: '2025-12-08',
  runKey: 'daily/phoenix/2025-12-08#1',
  limit: null,
};

/** A listing as the service gives it; what is given replaces its fields. */
export function resoRow(changes: Readonly<Record<string, Json>> = {}): Readonly<Record<string, Json>> {
  return {
    ListingKey: '20251206170311000000000001',
    ListingId: '6937912',
    ParcelNumber: '103-06-005',
    UnparsedAddress: '4027 N 55TH Avenue, Phoenix, AZ 85031',
    City: 'Phoenix',
    StateOrProvince: 'AZ',
    PostalCode: '85031',
    CountyOrParish: 'Maricopa',
    PropertyType: 'Residential',
    PropertySubType: 'Single Family Residence',
    LivingArea: 1_504,
    LivingAreaUnits: 'Square Feet',
    LotSizeSquareFeet: 7_015,
    BedroomsTotal: 3,
    BathroomsTotalInteger: 3,
    BathroomsFull: 2,
    BathroomsHalf: 1,
    YearBuilt: 1_958,
    PoolPrivateYN: false,
    Roof: ['Tile', 'Built-Up'],
    Cooling: 'Refrigeration,Evaporative Cooling',
    StandardStatus: 'Active',
    ListPrice: 315_000,
    AssociationFee: 45.5,
    AssociationFeeFrequency: 'Monthly',
    PublicRemarks: 'Great home.',
    ModificationTimestamp: '2025-12-06T17:03:11.000Z',
    ...changes,
  };
}

export function resoPayload(json: Json, fetchedAt = '2025-12-08T10:00:00.000Z'): RawPayload {
  return {
    kind: 'reso-page',
    key: null,
    url: 'http://127.0.0.1/',
    fetchId: 'fetch-1',
    fetchedAt,
    body: { type: 'json', json },
  };
}

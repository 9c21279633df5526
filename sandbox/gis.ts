import { startLayer } from './arcgis-layer.js';
import { allParcels } from './county-search.js';
import type { Faults } from './faults.js';
import { type GisRecord, gisRecord } from './gis-record.js';
import type { RunningService } from './http-service.js';
import type { RequestLog } from './request-log.js';
import type { World } from './world.js';

export interface GisOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Most rows of a page, whatever is asked; default 1,000. */
  readonly pageRows?: number;
}

const QUERY = '/arcgis/rest/services/Parcels/MapServer/0/query';

/** Every parcel as the layer shows it, by parcel number. */
export function gisRecords(world: World): ReadonlyMap<string, GisRecord> {
  return new Map(
    allParcels(world).map((parcel, at) => [parcel.facts.apn, gisRecord(parcel, world.seed, at + 1)] as const),
  );
}

/** Starts the stand-in of the county's map layer of parcels on 127.0.0.1. */
export function startGis(world: World, options: GisOptions): Promise<RunningService> {
  const rows = [...gisRecords(world).values()].map(({ row }) => row);
  return startLayer({ service: 'gis', query: QUERY, zipField: 'PHYSICAL_ZIP', rows, ...options });
}

import type { ExportRequest } from '../../reports/export/write-export.js';

/** An export of everything there is of the demo's market; tests change what they are about. */
export const EXPORT_OF_ALL = {
  what: 'properties',
  format: 'json',
  market: 'phoenix',
  mode: 'demo',
  timeZone: 'America/Phoenix',
  range: null,
  zips: null,
  asOf: null,
  provenance: false,
  kindOrder: {},
  conditions: [],
} as const satisfies ExportRequest;

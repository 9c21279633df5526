import type { CostEntryDocument } from '../../store/cost/entries.js';
import type { WindowDocument } from '../../store/documents.js';
import { countRows, rowsById } from '../../store/export-rows.js';
import { type Column, cellsOf, column, headsOf } from './columns.js';
import { type DataRequest, type Dataset, dayMatch, zipMatch } from './dataset.js';

/** The ledger of windows: source, ZIP and day, one row each. */
export function windowsDataset(request: DataRequest): Dataset {
  const base = { market: request.market, ...zipMatch('zip', request.zips) };
  return {
    columns: headsOf(WINDOW),
    sortedBy: '_id',
    rangeOf: 'run_date',
    notes: [],
    async *rows(db) {
      const match = { ...base, ...dayMatch('runDate', request) };
      for await (const rows of rowsById<WindowDocument>(db, 'windows', match)) yield cellsOf(WINDOW, rows);
    },
    countAll: (db) => countRows(db, 'windows', { market: request.market }),
    countWrittenSince: (db, at) => countRows(db, 'windows', { ...base, updatedAt: { $gte: at } }),
  };
}

const WINDOW: readonly Column<WindowDocument>[] = [
  column('window_id', 'text', ({ _id }) => _id),
  column('market', 'text', ({ market }) => market),
  column('source', 'text', ({ source }) => source),
  column('zip', 'text', ({ zip }) => zip),
  column('run_date', 'day', ({ runDate }) => runDate),
  column('state', 'text', ({ state }) => state),
  column('reason', 'text', ({ reason }) => reason),
  column('record_limit', 'integer', ({ limit }) => limit),
  column('total', 'integer', ({ total }) => total),
  column('seen', 'integer', ({ seen }) => seen),
  column('completed_by', 'text', ({ completedBy }) => completedBy),
  column('accepted_at', 'instant', ({ accepted }) => accepted?.at.toISOString() ?? null),
  column('updated_at', 'instant', ({ updatedAt }) => updatedAt.toISOString()),
];

/** The ledger of costs. What serves all markets (market null) is in the export of each. */
export function costsDataset(request: DataRequest): Dataset {
  const base = { market: { $in: [request.market, null] }, ...zipMatch('zip', request.zips) };
  return {
    columns: headsOf(COST),
    sortedBy: '_id',
    rangeOf: 'day',
    notes: [
      'days are those of UTC, as providers bill',
      'costs that serve all markets have no market, and are in the export of each',
    ],
    async *rows(db) {
      const match = { ...base, ...dayMatch('day', request) };
      for await (const rows of rowsById<CostEntryDocument>(db, 'cost_entries', match)) yield cellsOf(COST, rows);
    },
    countAll: (db) => countRows(db, 'cost_entries', { market: { $in: [request.market, null] } }),
    countWrittenSince: (db, at) => countRows(db, 'cost_entries', { ...base, at: { $gte: at } }),
  };
}

const COST: readonly Column<CostEntryDocument>[] = [
  column('cost_id', 'text', ({ _id }) => _id),
  column('day', 'day', ({ day }) => day),
  column('at', 'instant', ({ at }) => at.toISOString()),
  column('line', 'text', ({ line }) => line),
  column('item', 'text', ({ item }) => item),
  column('cost_usd_micros', 'integer', ({ costUsdMicros }) => costUsdMicros),
  column('estimated', 'boolean', ({ estimated }) => estimated),
  column('market', 'text', ({ market }) => market),
  column('source', 'text', ({ source }) => source),
  column('zip', 'text', ({ zip }) => zip),
  column('run_key', 'text', ({ runKey }) => runKey),
  column('evidence', 'json', ({ evidence }) => evidence ?? null),
];

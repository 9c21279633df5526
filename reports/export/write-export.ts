import type { Db } from 'mongodb';
import { assertNever } from '../../core/assert.js';
import { productVersion } from '../../core/paths.js';
import type { ColumnHead, Row } from './columns.js';
import type { DataRequest, Dataset, ExportName } from './dataset.js';
import type { Sink, Written } from './file.js';
import type { Condition } from './filter.js';
import { createEncoder, type ExportFormat } from './formats.js';
import { eventsDataset, versionsDataset } from './histories.js';
import { costsDataset, windowsDataset } from './ledgers.js';
import { listingsDataset } from './listings.js';
import { createTidying } from './memory.js';
import { propertiesDataset } from './properties.js';

/** Version of what the columns mean. It rises when one is renamed, removed or gets another meaning. */
const ROWS_VERSION = 1;

/** The file that is wanted. */
export interface ExportRequest extends DataRequest {
  readonly what: ExportName;
  readonly format: ExportFormat;
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

/** What is written beside a file. Instants ISO 8601 in UTC. */
export interface Manifest extends Written {
  readonly schemaVersion: 1;
  readonly rowsVersion: typeof ROWS_VERSION;
  readonly createdBy: string;
  readonly what: ExportName;
  readonly format: ExportFormat;
  readonly market: string;
  readonly mode: string;
  readonly rows: number;
  /** Rows that were looked at; what no filter let pass is among them. */
  readonly rowsRead: number;
  /** Null: all days. */
  readonly range: {
    readonly column: string;
    readonly from: string;
    readonly to: string;
    readonly timeZone: string;
  } | null;
  readonly zips: readonly string[] | null;
  readonly filter: readonly string[];
  readonly asOf: string | null;
  readonly provenance: boolean;
  readonly sortedBy: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Rows of the market that were written while the file was: each is in it as it was when it was read. */
  readonly writtenMeanwhile: number;
  readonly notes: readonly string[];
  readonly columns: readonly ColumnHead[];
}

/** The table that an export reads. */
export function datasetOf(what: ExportName, request: DataRequest): Dataset {
  switch (what) {
    case 'properties':
      return propertiesDataset(request);
    case 'listings':
      return listingsDataset(request);
    case 'events':
      return eventsDataset(request);
    case 'versions':
      return versionsDataset(request);
    case 'windows':
      return windowsDataset(request);
    case 'costs':
      return costsDataset(request);
    default:
      return assertNever(what, 'export');
  }
}

/**
 * Reads the rows and writes the file, batch by batch; some thousand rows at most are in memory. When it fails or is stopped nothing
 * is left under the name of the file that was not there before.
 * @throws ExportFileError; whatever `signal` was aborted with
 */
export async function writeExport(db: Db, request: ExportRequest, sink: Sink, signal: AbortSignal): Promise<Manifest> {
  const dataset = datasetOf(request.what, request);
  const createdBy = `phoenix-property-collector ${productVersion()}`;
  const encoder = createEncoder(request.format, dataset.columns, createdBy);
  const startedAt = new Date();
  try {
    await sink.write(encoder.begin());
    const counted = await writeRows(db, dataset, request.conditions, (rows) => sink.write(encoder.rows(rows)), signal);
    await sink.write(encoder.end());
    const writtenMeanwhile = request.asOf === null ? await dataset.countWrittenSince(db, startedAt) : 0;
    const { what, format, market, mode, range, timeZone, zips, conditions, asOf, provenance } = request;
    const about = {
      ...counted,
      range: range === null ? null : { column: dataset.rangeOf, ...range, timeZone },
      zips,
      filter: conditions.map(({ column, operator, value }) => `${column}${operator}${value}`),
      asOf: asOf?.toISOString() ?? null,
      provenance,
      sortedBy: dataset.sortedBy,
      startedAt: startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      writtenMeanwhile,
      notes: dataset.notes,
      columns: dataset.columns,
    };
    let manifest: Manifest | null = null;
    signal.throwIfAborted();
    await sink.finish((written) => {
      manifest = {
        schemaVersion: 1,
        rowsVersion: ROWS_VERSION,
        createdBy,
        what,
        format,
        market,
        mode,
        ...written,
        ...about,
      };
      return `${JSON.stringify(manifest, null, 2)}\n`;
    });
    if (manifest === null) throw new TypeError('the file was finished without its manifest');
    return manifest;
  } finally {
    await sink.abandon();
  }
}

async function writeRows(
  db: Db,
  dataset: Dataset,
  conditions: readonly Condition[],
  write: (rows: readonly Row[]) => Promise<void>,
  signal: AbortSignal,
): Promise<{ readonly rows: number; readonly rowsRead: number }> {
  let [rows, rowsRead] = [0, 0];
  const tidy = createTidying();
  for await (const batch of dataset.rows(db)) {
    signal.throwIfAborted();
    const wanted = batch.filter((row) => conditions.every(({ holds }) => holds(row)));
    rows += wanted.length;
    rowsRead += batch.length;
    await write(wanted);
    tidy(batch.length);
  }
  return { rows, rowsRead };
}

/** Why a file has no rows, in one sentence. */
export async function whyEmpty(
  db: Db,
  { what, market, mode, conditions, asOf, ...request }: ExportRequest,
  rowsRead: number,
): Promise<string> {
  if (rowsRead > 0)
    return `none of the ${rowsRead} rows that were read passes --filter ${conditions.map(({ column, operator, value }) => `${column}${operator}${value}`).join(' and ')}`;
  const all = await datasetOf(what, { market, mode, asOf, ...request }).countAll(db);
  if (all === 0) return `the database of mode ${mode} holds no ${what} of market ${market} yet`;
  const limits = [
    ...(request.range === null ? [] : [`in --range ${request.range.from}:${request.range.to}`]),
    ...(request.zips === null ? [] : [`in ZIP ${request.zips.join(', ')}`]),
    ...(asOf === null ? [] : [`known as of ${asOf.toISOString()}`]),
  ];
  return `there are ${all} of market ${market}, and none is ${limits.join(' and ')}`;
}

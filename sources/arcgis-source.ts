import { driftOf } from '../core/drift.js';
import { type ErrorCode, PhoenixError } from '../core/errors.js';
import { probeFailure } from '../core/probe-failure.js';
import type { ProbeResult, Source, SourceTraits } from '../core/source.js';
import type { HttpGet } from '../net/http-client.js';
import type { HostLimit } from '../net/limiter.js';
import { createLayerClient, type LayerClient } from './arcgis-client.js';
import { createLayerRedact } from './arcgis-redact.js';
import { type LayerPages, parsePage } from './arcgis-rows.js';
import { walkPage } from './arcgis-walk.js';

/** A layer of parcels on an ArcGIS server, as a source: its table of fields and its limits; the rest is the same for all. */
export interface LayerSpec {
  readonly pages: LayerPages;
  readonly queryUrl: string;
  readonly limit: HostLimit;
  readonly traits: SourceTraits;
  /** Field that holds the ZIP code where the parcel lies. */
  readonly zipField: string;
  /** A ZIP code that has always had parcels; asked by a probe. */
  readonly knownZip: string;
  /** Rows of a ZIP code before anything was asked, for plans. */
  readonly assumedRows: number;
}

/** Enough to tell a changed row from bad data. */
const PROBED_ROWS = 10;
/** Names that every layer has: the order of a walk. */
const ORDER_FIELD = 'OBJECTID';

/** Pages of rows by ZIP code, no details: a row says all that the layer knows. Holds no state of its own. */
export function createLayerSource(http: HttpGet, spec: LayerSpec): Source {
  const { pages, queryUrl, limit, traits, zipField, assumedRows } = spec;
  const { source, errors } = pages;
  const fieldNames = [...new Set([ORDER_FIELD, pages.keyField, ...pages.fields.map(({ from }) => from)])];
  const client = createLayerClient(http, { source, queryUrl, zipField, fieldNames, errors });
  const redact = createLayerRedact(fieldNames);
  return {
    name: source,
    via: 'http',
    history: 'live',
    traits,
    kindOrder: [pages.rowKind],
    plan({ zips, limit: most }) {
      const pagesOf = (rows: number) => Math.ceil(Math.min(rows, most ?? rows) / pages.mostRows);
      const requests = zips.reduce((sum, { held }) => sum + 1 + pagesOf(held ?? assumedRows), 0);
      return { requests, milliseconds: Math.ceil((requests * limit.windowMs) / limit.windowLimit), costUsdMicros: 0 };
    },
    probe: (signal) => probe(client, spec, redact, signal),
    readPage: (window, cursor, signal) => walkPage(client, pages, window, cursor, signal),
    readDetail: async () => ({ status: 'missing', reason: 'the layer has no details: its rows say all it knows' }),
    redact,
    parse: (payload) => parsePage(pages, payload),
    driftOf: (_payload, result) => driftOf(source, [result]),
  };
}

const STATE_OF: Readonly<Partial<Record<ErrorCode, ProbeResult['state']>>> = {
  AuthRejected: 'auth',
  Blocked: 'blocked',
  SchemaDrift: 'drift',
  ResponseInvalid: 'drift',
};

async function probe(
  client: LayerClient,
  { pages, knownZip }: LayerSpec,
  redact: Source['redact'],
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    const asked = await client.rows(knownZip, 0, PROBED_ROWS, null, signal);
    const body = redact({ type: 'json', json: asked.json });
    const result = parsePage(pages, { ...asked, kind: pages.pageKind, key: null, body });
    const drift = driftOf(pages.source, [result]);
    if (drift) return { state: 'drift', evidence: drift.message };
    if (result.records.length === 0)
      return { state: 'drift', evidence: `${knownZip} has no parcels, and always had some` };
    return { state: 'ok', evidence: `${knownZip} gave ${result.records.length} parcels` };
  } catch (problem) {
    signal.throwIfAborted();
    if (!(problem instanceof PhoenixError)) throw problem;
    return probeFailure(problem, STATE_OF);
  }
}

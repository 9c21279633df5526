import { UnsafeTarget } from '../core/errors.js';
import type { Json } from '../core/hash.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceName } from '../core/schemas/names.js';
import type { HttpGet } from '../net/http-client.js';
import type { LayerErrors } from './arcgis-errors.js';

/** What the layer answered, and to which request. */
export interface Asked {
  readonly json: Json;
  readonly url: string;
  readonly fetchId: string;
  readonly fetchedAt: string;
}

/**
 * The layer over HTTP. Nothing is tried again here. Both raise what `HttpGet` raises, and AuthRejected, Blocked (the source
 * stops), ResponseInvalid (the page is not usable), SourceUnavailable, RateLimited (tried again), UnsafeTarget (not a ZIP code).
 */
export interface LayerClient {
  /** How many rows a ZIP code has. */
  count(zip: string, window: Window | null, signal: AbortSignal): Promise<Asked>;
  /** Rows of a ZIP code in the order of their object ids, from `offset` on, at most so many. */
  rows(zip: string, offset: number, most: number, window: Window | null, signal: AbortSignal): Promise<Asked>;
}

/** What is asked of a layer. */
export interface LayerQuery {
  readonly source: SourceName;
  /** Address of the layer's query, without parameters. */
  readonly queryUrl: string;
  /** Field that holds the ZIP code where the parcel lies. */
  readonly zipField: string;
  /** Names of the fields that are asked for. */
  readonly fieldNames: readonly string[];
  readonly errors: LayerErrors;
}

export function createLayerClient(
  http: HttpGet,
  { source, queryUrl, zipField, fieldNames, errors }: LayerQuery,
): LayerClient {
  const { refusalOf, failureIn, jsonOf } = errors;
  async function ask(
    endpoint: string,
    zip: string,
    parameters: Readonly<Record<string, string>>,
    window: Window | null,
    signal: AbortSignal,
  ): Promise<Asked> {
    // The ZIP code becomes part of a condition in the layer's query language.
    if (!/^\d{5}$/.test(zip)) throw new UnsafeTarget(`${source}: "${zip.slice(0, 20)}" is no ZIP code`);
    const url = `${queryUrl}?${new URLSearchParams({ where: `${zipField}='${zip}'`, ...parameters, f: 'json' })}`;
    const answer = await http({
      source,
      endpoint,
      url,
      window,
      signal,
      headers: {},
      refusalOf,
      failureIn: (usable) => failureIn(usable, url),
    });
    const { fetchId, fetchedAt } = answer;
    return { json: jsonOf(answer, url), url, fetchId, fetchedAt };
  }

  return {
    count: (zip, window, signal) => ask('parcels-count', zip, { returnCountOnly: 'true' }, window, signal),
    rows: (zip, offset, most, window, signal) =>
      ask(
        'parcels-page',
        zip,
        {
          outFields: fieldNames.join(','),
          returnGeometry: 'false',
          orderByFields: 'OBJECTID',
          resultOffset: String(offset),
          resultRecordCount: String(most),
        },
        window,
        signal,
      ),
  };
}

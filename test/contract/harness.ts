import type { Front, FrontRequest } from './front.js';

/** How a mandatory field of a row changes. */
export type DriftChange = 'drop' | 'rename' | 'retype';
export const DRIFT_CHANGES: readonly DriftChange[] = ['drop', 'rename', 'retype'];

/** The stand-in of one source: a real server, and how its answers can be bent. Started once for all cases of a source. */
export interface StandIn {
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** ZIP with more than two pages of things. */
  readonly zip: string;
  /** Natural keys of all things that a whole walk of the ZIP must find. */
  readonly keys: () => readonly string[];
  /** Settings that point the product at an address, at a pace that does not hold up a test. */
  variables(origin: string): Readonly<Record<string, string>>;
  /** Secret that goes with each request; null when the source has none. */
  readonly secret: string | null;
  /** Media type of its pages. */
  readonly contentType: string;
  /** True for a request for a page of a walk. */
  isPage(request: Pick<FrontRequest, 'target'>): boolean;
  /** True for a request for a detail; always false for a source whose rows are all there is. */
  isDetail(request: Pick<FrontRequest, 'target'>): boolean;
  /** A page whose rows after the first few have lost a mandatory field. `SchemaDrift` must name `driftPath`. */
  drift(page: string, change: DriftChange, rowsKept: number): string;
  readonly driftPath: RegExp;
  /** A page that is none any more: `SchemaDrift` or `ResponseInvalid`. */
  breakEnvelope(page: string): string;
  /** A page whose first row has this text in a field that is read. */
  withText(page: string, text: string): string;
  /** A page whose first row has this JSON as a field that is read, as it stands; null for a site. */
  readonly withValue: ((page: string, json: string) => string) | null;
  /** A page whose links lead to another address; null for a source that follows no link of an answer. */
  readonly withLinks: ((page: string, url: string) => string) | null;
  /** How many rows a page has. */
  rowsOf(page: string): number;
  /** From now on the first thing of the walk is gone, and the total is one less. @returns its key, and how it comes back */
  vanishFirst(front: Front): { readonly key: string; readonly undo: () => void };
  stop(): Promise<void>;
}

/** What a source brings to the contract suite. */
export interface SourceHarness {
  start(): Promise<StandIn>;
}

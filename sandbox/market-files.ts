import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '../core/hash.js';
import { projectRoot } from '../core/paths.js';
import type { Faults } from './faults.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from './http-service.js';
import type { RequestLog } from './request-log.js';

/** Published files, by the name of their excerpt. */
const FILES = {
  'zhvi.csv': '/research/public_csvs/zhvi/Zip_zhvi_uc_sfrcondo_tier_0.33_0.67_sm_sa_month.csv',
  'zori.csv': '/research/public_csvs/zori/Zip_zori_uc_sfrcondomfr_sm_month.csv',
  'redfin.tsv': '/redfin_market_tracker/zip_code_market_tracker.tsv000.gz',
  'hpi_master.csv': '/hpi/download/monthly/hpi_master.csv',
  'acs5.json': '/data/acs/acs5',
} as const;
export type ExcerptName = keyof typeof FILES;

/** Running stand-in of the publishers. */
export interface MarketFiles extends RunningService {
  /** From now on the file holds this; its tag and its time change. */
  revise(file: ExcerptName, change: (text: string) => string): void;
}

export interface MarketFilesOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly port: number;
}

/** Starts the publishers of open market data on 127.0.0.1: excerpts with tags and times, 304 for what is known already. */
export async function startMarketFiles({ log, faults, port }: MarketFilesOptions): Promise<MarketFiles> {
  const folder = join(projectRoot(), 'sandbox', 'recordings', 'market-data');
  const names = Object.keys(FILES).filter((name): name is ExcerptName => name in FILES);
  const texts = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const));
  const changedAt = new Map<ExcerptName, Date>();
  const handle = (request: ServiceRequest): ServiceAnswer => {
    const name = names.find((one) => FILES[one] === request.path.replace(/^\/data\/\d{4}\//, '/data/'));
    const text = name === undefined ? undefined : texts.get(name);
    if (name === undefined || text === undefined) return { status: 404, headers: {}, body: '' };
    if (request.fault?.kind === 'html') return page();
    if (name === 'acs5.json') return census(text, request.query.get('for') ?? '');
    return file(name, text, changedAt.get(name) ?? new Date('2026-11-16T09:00:00Z'), request);
  };
  const service = await startHttpService({ service: 'market-files', port, log, faults, handle });
  return {
    ...service,
    revise(name, change) {
      texts.set(name, change(texts.get(name) ?? ''));
      changedAt.set(name, new Date('2026-11-21T09:00:00Z'));
    },
  };
}

function file(name: ExcerptName, text: string, at: Date, { headers }: ServiceRequest): ServiceAnswer {
  const etag = `"${sha256(text).slice(0, 32)}"`;
  const common = { etag, 'last-modified': at.toUTCString() };
  const known = headers['if-none-match'] === etag;
  if (known) return { status: 304, headers: common, body: '' };
  const packed = name === 'redfin.tsv';
  const type = packed ? 'binary/octet-stream' : 'text/csv';
  return { status: 200, headers: { ...common, 'content-type': type }, body: packed ? gzipSync(text) : text };
}

/** The census gives the areas that are asked for, in one list; it has no tag. */
function census(text: string, areas: string): ServiceAnswer {
  const asked = areas.replace(/^zip code tabulation area:/, '').split(',');
  const [names, ...rows]: string[][] = JSON.parse(text);
  const found = rows.filter((row) => asked.includes(row.at(-1) ?? ''));
  const body = JSON.stringify([names, ...found]);
  return { status: 200, headers: { 'content-type': 'application/json;charset=utf-8' }, body };
}

function page(): ServiceAnswer {
  const body = '<!DOCTYPE html><html><head><title>Site maintenance</title></head><body></body></html>';
  return { status: 200, headers: { 'content-type': 'text/html' }, body };
}

/** Settings that make a worker ask the stand-in. */
export function marketFileVariables(url: string): Readonly<Record<string, string>> {
  return { CENSUS_BASE_URL: url, ZILLOW_DATA_BASE_URL: url, REDFIN_DATA_BASE_URL: url, FHFA_BASE_URL: url };
}

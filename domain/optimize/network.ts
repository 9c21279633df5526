import { median, quantile } from '../statistics.js';
import type { Looked, Proposal } from './proposal.js';

/** Requests of one host and what may be sent there. */
export interface MeasuredHost {
  readonly host: string;
  /** Those of one host share its ceiling. */
  readonly sources: readonly string[];
  readonly windowLimit: number;
  readonly windowMs: number;
  readonly inFlight: number;
  readonly spacingMs: number;
  /** Share of the allowed rate that was used while there was work; null where it cannot be told. */
  readonly utilisation: number | null;
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly durationsMs: readonly number[];
    readonly errors: Readonly<Record<string, number>>;
  }[];
}

/** A share over fewer requests would jump. */
const FEWEST_REQUESTS = 50;
const USED_WELL = 0.9;
/** A host that slows us down so often wants a slower pace (assumed). */
const OFTEN_LIMITED = 0.01;
/** A tail so many times the median is worth a look (assumed), where it is longer than the documents' 500 ms. */
const LONG_TAIL = 5;
const SLOW_MS = 500;

/** Where time with the outside is lost, by the audit of requests. Pure. */
export function proposeNetwork(hosts: readonly MeasuredHost[]): Looked {
  const notes = hosts.flatMap((host) => [
    `${host.host}: ${used(host)}, ceiling ${host.windowLimit} in ${host.windowMs / 1_000} s and ${host.inFlight} at one time`,
    ...host.endpoints.map((endpoint) => `  ${endpointInWords(endpoint)}`),
  ]);
  const proposals = hosts.flatMap((host) => [...limited(host), ...unused(host), ...tails(host)]);
  return { notes: notes.length === 0 ? ['no request is on record'] : notes, proposals };
}

const sizeOf = ({ endpoints }: MeasuredHost) => endpoints.reduce((sum, { durationsMs }) => sum + durationsMs.length, 0);
const used = ({ utilisation }: MeasuredHost) =>
  utilisation === null ? 'rate used: no data' : `${(utilisation * 100).toFixed(1)} % of the allowed rate used`;
const ms = (value: number | null) => (value === null ? 'no data' : `${Math.round(value)} ms`);

function endpointInWords({ endpoint, durationsMs, errors }: MeasuredHost['endpoints'][number]): string {
  const failed = Object.entries(errors).map(([code, n]) => `${n} ${code}`);
  const told = failed.length === 0 ? 'no error' : failed.join(', ');
  return `${endpoint}: ${durationsMs.length} requests, median ${ms(median(durationsMs))}, p95 ${ms(quantile(durationsMs, 0.95))}, ${told}`;
}

function limited(host: MeasuredHost): readonly Proposal[] {
  const all = sizeOf(host);
  const refused = host.endpoints.reduce((sum, { errors }) => sum + (errors.RateLimited ?? 0), 0);
  const [source] = host.sources;
  if (all < FEWEST_REQUESTS || refused / all < OFTEN_LIMITED || source === undefined) return [];
  const slower = Math.max(1, Math.floor(host.windowLimit * 0.8));
  return [
    {
      id: `slower-${host.host}`,
      area: 'network',
      what: `ask ${host.host} more slowly: it slows us down itself`,
      evidence: [`${refused} of ${all} requests were answered with "too many"`],
      gain: 'no waiting for what the host asks (each 429 costs its Retry-After), fewer failures',
      command: `phx sources pace ${source} ${slower} --by NAME --note WHY`,
      setting: null,
    },
  ];
}

/** Why a host gets fewer requests than it may: its answers take longer than the places at one time can cover, or nobody asks. */
function unused(host: MeasuredHost): readonly Proposal[] {
  const { utilisation, spacingMs, inFlight } = host;
  if (sizeOf(host) < FEWEST_REQUESTS || utilisation === null || utilisation >= USED_WELL) return [];
  const durations = host.endpoints.flatMap(({ durationsMs }) => durationsMs);
  const usual = median(durations) ?? 0;
  const needed = Math.ceil(usual / spacingMs);
  const held = needed > inFlight;
  const evidence = [
    `${used(host)} over ${durations.length} requests`,
    `an answer takes ${ms(usual)}, a request may be sent every ${ms(spacingMs)}: ${needed} at one time would be needed, ${inFlight} are allowed`,
  ];
  const gain = `up to ${Math.round((1 / utilisation - 1) * 100)} % more requests in the same time`;
  return [
    {
      id: `unused-${host.host}`,
      area: 'network',
      what: held
        ? `${host.host} answers too slowly for ${inFlight} requests at one time`
        : `requests to ${host.host} wait for our own work between pages`,
      evidence,
      gain,
      command: held
        ? `raise ${variableOf(host)} if the terms of the service allow it`
        : 'start a second worker (docs/deploy-compose.md), then phx optimize network again',
      setting: null,
    },
  ];
}

const variableOf = ({ sources: [source = ''] }: MeasuredHost) =>
  `${source
    .replace('-assessor', source.startsWith('pima') ? '_assessor' : '')
    .replaceAll('-', '_')
    .toUpperCase()}_IN_FLIGHT`;

function tails(host: MeasuredHost): readonly Proposal[] {
  return host.endpoints.flatMap(({ endpoint, durationsMs }) => {
    const [usual, tail] = [median(durationsMs) ?? 0, quantile(durationsMs, 0.95) ?? 0];
    if (durationsMs.length < FEWEST_REQUESTS || tail < SLOW_MS || tail < LONG_TAIL * usual) return [];
    return [
      {
        id: `tail-${host.host}-${endpoint}`,
        area: 'network',
        what: `some answers of ${host.host} (${endpoint}) take much longer than most`,
        evidence: [`median ${ms(usual)}, p95 ${ms(tail)} over ${durationsMs.length} requests`],
        gain: `${ms(tail - usual)} for one request in twenty`,
        command: 'phx sources probe, and look at the hour: phx sources audit',
        setting: null,
      },
    ];
  });
}

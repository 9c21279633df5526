import type { PeriodFacts } from '../facts.js';
import { type Measure, shareOf, sumOf } from '../figure.js';

const HOUR_MS = 3_600_000;
/** Fewer minutes would make a share of a morning an uptime. */
const LEAST_MINUTES = 60;

/** Seconds from when a notice might be sent to its proof, of those that were delivered; in order. */
export function noticeSeconds({ deliveries }: PeriodFacts): readonly number[] {
  return deliveries
    .flatMap(({ state, createdAt, notBefore, endedAt, channel }) =>
      state !== 'delivered' || endedAt === null || channel === 'digest'
        ? []
        : [(endedAt.getTime() - Math.max(createdAt.getTime(), notBefore.getTime())) / 1_000],
    )
    .sort((a, b) => a - b);
}

const fired = ({ transitions }: PeriodFacts, tier: string) =>
  transitions.filter((one) => one.kind === 'fired' && one.tier === tier).length;

export const OPERATION_MEASURES = {
  uptime: {
    label: 'Uptime',
    unit: 'percent',
    target: 'uptime',
    of: 'period',
    says: 'minutes in which an evaluation went through worker, Temporal and database ÷ minutes since the period, or the first evaluation, began; no data under 60 minutes',
    inputs: '`alert_minutes`: `minutes`',
    value: ({ uptime: { up, of } }) => (of < LEAST_MINUTES ? null : up / of),
  },
  autonomy: {
    label: 'Runs without a hand',
    unit: 'percent',
    target: 'autonomy',
    of: 'now',
    says: 'scheduled days of the last 30 days that ended without pause, resume, cancel or freeze by a person ÷ scheduled days that ended; a day that the watchdog began in place of the schedule is one, a day that a person began is none',
    inputs: '`runs`: `startedBy`; commands in `measures`; freezes in `decisions`; target of `config/baselines.json`',
    value: ({ composites }) => composites.find(({ name }) => name === 'autonomy')?.value ?? null,
  },
  excellence: {
    label: 'Operational excellence',
    unit: 'percent',
    target: 'excellence',
    of: 'now',
    says: 'measures of the alert rules inside their target over the last 30 days ÷ measures taken',
    inputs: '`measures`; targets of `config/baselines.json`',
    value: ({ composites }) => composites.find(({ name }) => name === 'excellence')?.value ?? null,
  },
  incidents: {
    label: 'Incidents opened',
    unit: 'count',
    of: 'period',
    says: 'incidents of any severity that were opened',
    inputs: '`incidents`: `openedAt`',
    value: (facts) => facts.incidents.length,
  },
  'incidents-open': {
    label: 'Incidents not resolved',
    unit: 'count',
    of: 'now',
    says: 'incidents that are open, taken or recovered, and not resolved',
    inputs: '`incidents`: `status`',
    value: (now) => now.incidents.length,
  },
  'minutes-lost': {
    label: 'Time lost by failures',
    unit: 'minutes',
    of: 'period',
    says: 'sum of the time that failed attempts took; waits that a limit asked for are left out; days in UTC, all markets',
    inputs: '`errors`: `days.lostMs`, of kind `error`',
    value: ({ failures }) => sumOf(failures, ({ lostMs }) => lostMs) / 60_000,
  },
  'recovery-rate': {
    label: 'Put right without a person',
    unit: 'percent',
    target: 'recovery-rate',
    of: 'period',
    says: 'troubles recovered ÷ troubles that ended, all markets',
    inputs: '`recoveries`: `outcome`, `endedAt`',
    value: ({ recoveries }) => recoveries.rate,
  },
  troubles: {
    label: 'Troubles met',
    unit: 'count',
    of: 'period',
    says: 'troubles that ended, recovered or not, all markets',
    inputs: '`recoveries`: `endedAt`',
    value: ({ recoveries }) => recoveries.recovered + recoveries.failed,
  },
  'detect-ms': {
    label: 'Time to notice, mean',
    unit: 'ms',
    target: 'detect-ms',
    of: 'period',
    says: 'mean of (noticed − began) of the troubles',
    inputs: '`recoveries`: `startedAt`, `detectedAt`',
    value: ({ recoveries }) => recoveries.detect.meanMs,
  },
  'recover-ms': {
    label: 'Time to recover, mean',
    unit: 'ms',
    target: 'recover-ms',
    of: 'period',
    says: 'mean of (ended − began) of the troubles that were put right',
    inputs: '`recoveries`: `startedAt`, `endedAt`',
    value: ({ recoveries }) => recoveries.recover.meanMs,
  },
  'alerts-critical': {
    label: 'Critical alerts',
    unit: 'count',
    of: 'period',
    says: 'alerts of tier critical that began to fire',
    inputs: '`alert_transitions`: `kind`, `tier`',
    value: (facts) => fired(facts, 'critical'),
  },
  'alerts-warning': {
    label: 'Warnings',
    unit: 'count',
    of: 'period',
    says: 'alerts of tier warning that began to fire',
    inputs: '`alert_transitions`: `kind`, `tier`',
    value: (facts) => fired(facts, 'warning'),
  },
  'alerts-open': {
    label: 'Alerts open now',
    unit: 'count',
    of: 'now',
    says: 'alerts that fire or were acknowledged and have not recovered',
    inputs: '`alerts`: `state`',
    value: ({ alerts }) => alerts.length,
  },
  'notice-seconds': {
    label: 'Alert to delivery, slowest',
    unit: 'seconds',
    target: 'notice-seconds',
    of: 'period',
    says: 'largest of (proof − when it might be sent), seconds, of delivered notices',
    inputs: '`deliveries`: `createdAt`, `notBefore`, `endedAt`',
    value: (facts) => noticeSeconds(facts).at(-1) ?? null,
  },
  'enriched-model': {
    label: 'Described by the model',
    unit: 'count',
    of: 'period',
    says: 'properties that batches of the runs gave the words of the model',
    inputs: '`llm_batches`: `described`, by `runKey`',
    value: ({ runs, batches }) => (runs.length === 0 ? null : sumOf(batches, ({ described }) => described)),
  },
  'enriched-per-hour': {
    label: 'Described an hour of the model',
    unit: 'per-hour',
    target: 'enriched-per-hour',
    of: 'period',
    says: 'properties described × 1 h ÷ time of the batches',
    inputs: '`llm_batches`: `described`, `milliseconds`',
    value: ({ batches }) => {
      const hours = sumOf(batches, ({ milliseconds }) => milliseconds) / HOUR_MS;
      return hours === 0 ? null : sumOf(batches, ({ described }) => described) / hours;
    },
  },
  'model-timeouts': {
    label: 'Time-outs of the model',
    unit: 'count',
    of: 'period',
    says: 'calls of the model that took too long',
    inputs: '`llm_batches`: `timeouts`',
    value: ({ runs, batches }) => (runs.length === 0 ? null : sumOf(batches, ({ timeouts }) => timeouts)),
  },
  'queue-waiting': {
    label: 'Waiting for the model',
    unit: 'count',
    of: 'now',
    says: 'properties with words of the rules that wait for the model',
    inputs: '`processing_queue`: `state`',
    value: ({ queue }) => queue.pending + queue.processing,
  },
  cpu: {
    label: 'Processor in use',
    unit: 'percent',
    target: 'cpu',
    of: 'now',
    says: 'share of half a second in which the processors of this machine worked',
    inputs: 'operating system of the worker',
    value: ({ machine }) => machine?.cpu ?? null,
  },
  memory: {
    label: 'Memory in use',
    unit: 'percent',
    target: 'memory',
    of: 'now',
    says: '1 − memory that could be given at once ÷ memory',
    inputs: 'operating system of the worker',
    value: ({ machine }) => machine?.memory ?? null,
  },
  disk: {
    label: 'Disk in use',
    unit: 'percent',
    target: 'disk',
    of: 'now',
    says: 'share of the disk with the data folder',
    inputs: 'operating system of the worker',
    value: ({ machine }) => machine?.disk ?? null,
  },
  'database-bytes': {
    label: 'Database',
    unit: 'bytes',
    of: 'now',
    says: 'bytes of documents and indexes',
    inputs: '`dbStats`: `dataSize`, `indexSize`',
    value: (now) => now.databaseBytes,
  },
  'database-quota': {
    label: 'Database quota used',
    unit: 'percent',
    of: 'now',
    says: 'bytes of the database ÷ quota of the mode; no data where there is no quota',
    inputs: '`dbStats`; `config/retention.json`: `quotaMegabytes`',
    value: (now) => (now.quotaBytes === null ? null : shareOf(now.databaseBytes, now.quotaBytes)),
  },
  'answer-ms': {
    label: 'Answer of outside services, mean',
    unit: 'ms',
    target: 'answer-ms',
    of: 'period',
    says: 'mean over the sources, weighted by requests, of the time from request to answer',
    inputs: '`fetches`: `durationMs`, by `runKey`',
    value: ({ requests }) => {
      const known = requests.filter(({ meanMs }) => meanMs !== null);
      const count = sumOf(known, (one) => one.requests);
      return count === 0 ? null : sumOf(known, (one) => (one.meanMs ?? 0) * one.requests) / count;
    },
  },
  'upkeep-failed': {
    label: 'Upkeep that was not good',
    unit: 'count',
    of: 'period',
    says: 'pieces of upkeep on schedule that found or had a problem',
    inputs: '`upkeep`: `ok`',
    value: ({ upkeep }) => (upkeep.length === 0 ? null : upkeep.filter(({ ok }) => !ok).length),
  },
  'upkeep-done': {
    label: 'Upkeep done',
    unit: 'count',
    of: 'period',
    says: 'pieces of upkeep on schedule that ended',
    inputs: '`upkeep`: `at`',
    value: ({ upkeep }) => upkeep.length,
  },
  'security-alerts': {
    label: 'Security alerts',
    unit: 'count',
    of: 'period',
    says: 'alerts of refused tokens, passed ceilings, seen secrets and broken data that began to fire',
    inputs: '`alert_transitions`: `measure`, `kind`',
    value: ({ transitions }) =>
      transitions.filter(({ kind, measure }) => kind === 'fired' && SECURITY.has(measure)).length,
  },
} as const satisfies Readonly<Record<string, Measure>>;

const SECURITY: ReadonlySet<string> = new Set(['token-refused', 'ceiling-passed', 'secret-seen', 'integrity-faults']);

/** One metric of `/metrics`. */
export interface MetricRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each has few values: names of sources, markets, states, models; never a property or an address. */
  readonly labels: readonly string[];
  /** `store`: read from the database, the same from every worker. `process`: of this worker since it started. */
  readonly truth: 'store' | 'process';
}

const stored = (name: string, type: 'counter' | 'gauge', help: string, labels: readonly string[] = []): MetricRow => ({
  name: `phoenix_re_${name}`,
  type,
  help,
  labels,
  truth: 'store',
});
const own = (name: string, type: MetricRow['type'], help: string, labels: readonly string[] = []): MetricRow => ({
  name: `phoenix_re_${name}`,
  type,
  help,
  labels,
  truth: 'process',
});

/** What counts from the first of the month (UTC) begins anew there, as a restarted process does. */
const MONTH = 'this month (UTC)';

/** Metrics that are read from the database. */
export const STORED_METRICS = {
  requests: stored('api_requests_total', 'counter', `Requests to sources ${MONTH}, by how they ended`, [
    'source',
    'outcome',
  ]),
  successRate: stored('api_success_rate', 'gauge', 'Share of the last hour of requests with a usable answer', [
    'source',
  ]),
  errorRate: stored(
    'error_rate',
    'gauge',
    'Share of the last hour of requests, of all sources, without a usable answer',
  ),
  proxyHealth: stored('proxy_health', 'gauge', 'Share of the listed proxies that do well and do not rest'),
  captchas: stored('captcha_solves_total', 'counter', `Captchas bought ${MONTH}, by what became of them`, [
    'source',
    'state',
  ]),
  llmRequests: stored('llm_requests_total', 'counter', `Requests to the model ${MONTH}`, ['model']),
  llmTokens: stored('llm_tokens_used', 'gauge', `Tokens of the model ${MONTH}, by direction`, ['model', 'direction']),
  queue: stored('processing_queue_size', 'gauge', 'Properties by where their words stand', ['market', 'state']),
  quality: stored('quality_scores', 'gauge', 'Quality of the latest judged run, each part from 0 to 1', [
    'market',
    'part',
  ]),
  dayCost: stored('daily_cost', 'gauge', 'US dollars booked today (UTC)'),
  monthCost: stored('month_cost_usd', 'gauge', `US dollars booked ${MONTH}, by budget line`, ['line']),
  budget: stored('budget_usd', 'gauge', 'US dollars that a month may cost'),
  runs: stored('runs_total', 'counter', `Runs begun ${MONTH}, by how they stand`, ['market', 'status']),
  runDuration: stored('run_duration_seconds', 'gauge', 'Time that the latest ended run took', ['market']),
  runEnded: stored('run_ended_timestamp_seconds', 'gauge', 'When the latest ended run ended', ['market']),
  runRows: stored('run_rows', 'gauge', 'Rows of the latest ended run, by outcome', ['market', 'outcome']),
  alerts: stored('alerts_active', 'gauge', 'Alerts that hold, by tier', ['market', 'tier']),
  evaluated: stored(
    'alert_evaluation_timestamp_seconds',
    'gauge',
    'When the alert rules of a market were evaluated last',
    ['market'],
  ),
  databaseSize: stored(
    'database_size_bytes',
    'gauge',
    'Documents and indexes of the database, read every five minutes',
  ),
  readAt: stored('store_read_timestamp_seconds', 'gauge', 'When the figures of the database were read last'),
} as const satisfies Readonly<Record<string, MetricRow>>;
export type StoredMetric = keyof typeof STORED_METRICS;

/** Metrics of the worker process. */
export const PROCESS_METRICS = {
  worker: own('worker_info', 'gauge', 'The worker that answers; always 1', ['version', 'mode']),
  storeUp: own('store_up', 'gauge', '1 where the database answered this scrape, 0 where it did not'),
  storeSeconds: own('store_read_seconds', 'gauge', 'Time that the last reading of all figures took'),
  connections: own('mongodb_connections', 'gauge', 'Connections to the database that this worker holds open'),
  requestSeconds: own('request_duration_seconds', 'histogram', 'Time from sending a request to its whole answer', [
    'source',
    'outcome',
  ]),
  activitySeconds: own('activity_duration_seconds', 'histogram', 'Time that an attempt of an activity took', [
    'activity',
  ]),
  activityFailures: own('activity_failures_total', 'counter', 'Attempts of activities that failed, by error code', [
    'activity',
    'code',
  ]),
  cpu: own('cpu_ratio', 'gauge', 'Share of the processors of this machine in use'),
  memory: own('memory_ratio', 'gauge', 'Share of the memory of this machine in use'),
  disk: own('disk_ratio', 'gauge', 'Share of the disk with the data folder in use'),
  diskBusy: own('disk_busy_ratio', 'gauge', 'Share of the time in which the busiest disk had work'),
} as const satisfies Readonly<Record<string, MetricRow>>;

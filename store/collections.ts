import type { Document, IndexDescription } from 'mongodb';

/** How one collection is kept: what each document must have, and the indexes its queries use. */
export interface CollectionRule {
  readonly required: Readonly<Record<string, BsonType | readonly BsonType[]>>;
  readonly indexes: readonly IndexDescription[];
}

type BsonType = 'string' | 'int' | 'number' | 'bool' | 'date' | 'object' | 'array' | 'null' | 'binData';

const index = (key: Record<string, 1 | -1>, more: Omit<IndexDescription, 'key'> = {}): IndexDescription => ({
  key,
  name: Object.entries(key)
    .map(([field, direction]) => `${field}${direction === 1 ? '' : '_desc'}`)
    .join('__'),
  ...more,
});
const expiring = { expireAfterSeconds: 0, name: 'expireAt' };

/** Every collection there is. `phx db init` makes it so; start-up checks it. */
export const COLLECTIONS: Readonly<Record<string, CollectionRule>> = {
  raw_payloads: {
    required: { source: 'string', kind: 'string', type: 'string', body: 'binData' },
    indexes: [index({ firstFetchId: 1 })],
  },
  fetches: {
    required: { source: 'string', host: 'string', url: 'string', grantedAt: 'date' },
    indexes: [index({ runKey: 1, source: 1 }), index({ host: 1, grantedAt: 1 }), index({ grantedAt: 1 })],
  },
  limits: { required: {}, indexes: [] },
  raw_properties: {
    required: {
      source: 'string',
      key: 'string',
      propertyId: 'string',
      kinds: 'object',
      contentHash: 'string',
      mode: 'string',
    },
    indexes: [index({ propertyId: 1 }), index({ zip: 1, source: 1 }), index({ source: 1, changedAt: -1 })],
  },
  record_versions: {
    required: { recordId: 'string', version: 'number', contentHash: 'string', validFrom: 'date', knownFrom: 'date' },
    indexes: [
      index({ recordId: 1, version: 1 }, { unique: true }),
      index({ runKey: 1 }),
      index({ propertyId: 1, recordId: 1 }),
    ],
  },
  change_events: {
    required: {
      kind: 'string',
      recordId: 'string',
      propertyId: 'string',
      evidence: 'object',
      validFrom: 'date',
      knownFrom: 'date',
    },
    indexes: [
      index({ recordId: 1, validFrom: 1 }),
      index({ propertyId: 1, validFrom: 1 }),
      index({ market: 1, knownFrom: 1 }),
    ],
  },
  quarantine: {
    required: { source: 'string', path: 'string', reason: 'string', rawRef: 'string' },
    indexes: [index({ runKey: 1 }), index({ at: 1 })],
  },
  json_shapes: {
    required: { source: 'string', kind: 'string', runKey: ['string', 'null'], paths: 'object' },
    indexes: [index({ source: 1, kind: 1, runKey: 1 }), index({ runKey: 1 })],
  },
  selector_sets: {
    required: { source: 'string', name: 'string', state: 'string' },
    indexes: [index({ source: 1, state: 1 }), index({ source: 1, repairKey: 1 }, { unique: true })],
  },
  windows: {
    required: { market: 'string', source: 'string', zip: 'string', runDate: 'string', state: 'string' },
    indexes: [
      index({ market: 1, runDate: 1, source: 1 }),
      index({ source: 1, zip: 1, runDate: -1 }),
      index({ updatedAt: 1 }),
    ],
  },
  window_pages: {
    required: { windowId: 'string', runKey: 'string', step: 'string', keys: 'array' },
    indexes: [index({ runKey: 1, source: 1, zip: 1 }), index({ windowId: 1, runKey: 1 })],
  },
  absences: {
    required: { windowId: 'string', source: 'string', key: 'string', runDate: 'string', runKey: 'string' },
    indexes: [index({ windowId: 1 }), index({ source: 1, key: 1, runDate: -1 })],
  },
  processing_queue: {
    required: { contentHash: 'string', state: 'string', priority: 'number' },
    indexes: [
      index({ state: 1, priority: 1, _id: 1 }),
      index({ claimedBy: 1 }),
      index({ market: 1, _id: 1 }),
      index({ market: 1, state: 1, priority: 1, _id: 1 }),
    ],
  },
  enrichments: { required: { by: 'string', description: 'string' }, indexes: [] },
  processed_properties: {
    required: { normalized: 'object', quality_score: 'number', mode: 'string' },
    indexes: [index({ 'normalized.address.zip': 1 })],
  },
  match_keys: { required: { keys: 'array', isListing: 'bool' }, indexes: [index({ keys: 1, isListing: 1 })] },
  quality_scores: {
    required: { market: 'string', contentHash: 'string', score: 'number', terms: 'object', reasons: 'array' },
    indexes: [index({ market: 1, zip: 1 }), index({ market: 1, _id: 1 })],
  },
  quality_runs: {
    required: { market: 'string', runDate: 'string', at: 'date', gathered: 'object', gate: 'object' },
    indexes: [index({ market: 1, runDate: -1 })],
  },
  entity_links: {
    required: { recordId: 'string', propertyId: 'string', state: 'string', score: 'number', reasons: 'array' },
    indexes: [index({ recordId: 1 }), index({ propertyId: 1 }), index({ market: 1, state: 1 })],
  },
  entity_labels: {
    required: { recordId: 'string', propertyId: 'string', label: 'string', by: 'string', note: 'string', at: 'date' },
    indexes: [index({ recordId: 1, at: 1 })],
  },
  reviews: {
    required: { market: 'string', kind: 'string', state: 'string', left: 'array', right: 'array', openedAt: 'date' },
    indexes: [index({ market: 1, state: 1, openedAt: 1 })],
  },
  llm_cache: { required: { expireAt: 'date' }, indexes: [index({ expireAt: 1 }, expiring)] },
  llm_calls: {
    required: { model: 'string', at: 'date' },
    indexes: [index({ runKey: 1 }), index({ propertyId: 1 }), index({ at: 1 })],
  },
  llm_batches: {
    required: { runKey: 'string', batch: 'number', at: 'date' },
    indexes: [index({ runKey: 1, batch: 1 })],
  },
  llm_care: { required: { host: 'string', step: 'string', at: 'date' }, indexes: [index({ at: 1 })] },
  runs: {
    required: { workflowId: 'string', market: 'string', runDate: 'string', status: 'string' },
    indexes: [
      index({ market: 1, runDate: -1 }),
      index({ workflowId: 1, startedAt: -1 }),
      index({ startedAt: 1 }),
      index({ market: 1, endedAt: -1 }),
    ],
  },
  artifacts: { required: { runKey: 'string', path: 'string' }, indexes: [index({ runKey: 1 })] },
  decisions: {
    required: { kind: 'string', subject: 'string', at: 'date' },
    indexes: [index({ kind: 1, subject: 1, at: -1 })],
  },
  sessions: {
    required: { host: 'string', profile: 'object', pages: 'number', startedAt: 'date', expireAt: 'date' },
    indexes: [index({ host: 1, profileKey: 1, startedAt: -1 }), index({ expireAt: 1 }, expiring)],
  },
  proxies: {
    required: { address: 'string', port: 'number', listed: 'bool', score: 'number', notBeforeMs: 'number' },
    indexes: [],
  },
  personal_facts: {
    required: { propertyId: 'string', class: 'string', value: 'string', expireAt: 'date' },
    indexes: [index({ propertyId: 1 }), index({ expireAt: 1 }, expiring)],
  },
  captcha_tasks: {
    required: { state: 'string', source: 'string', siteKey: 'string', createdAt: 'date' },
    indexes: [index({ state: 1, source: 1 }), index({ createdAt: 1 })],
  },
  cost_entries: {
    required: { line: 'string', costUsdMicros: 'number', day: 'string', at: 'date' },
    indexes: [index({ day: 1 }), index({ line: 1, day: 1 }), index({ runKey: 1 })],
  },
  budget_months: { required: { turn: 'number', open: 'array' }, indexes: [index({ 'open.id': 1 })] },
  provider_readings: {
    required: { provider: 'string', at: 'date', quiet: 'bool' },
    indexes: [index({ provider: 1, at: -1 })],
  },
  settings: {
    required: { topic: 'string', values: 'object', by: 'string', note: 'string', at: 'date' },
    indexes: [index({ topic: 1, at: 1 })],
  },
  market_files: { required: { checkedAt: 'date' }, indexes: [] },
  market_indicators: {
    required: { series: 'string', area: 'string', period: 'string', file: 'string' },
    indexes: [index({ area: 1, series: 1, period: 1 })],
  },
  sent_mails: { required: { at: 'date' }, indexes: [] },
  alerts: {
    required: { market: 'string', rule: 'string', state: 'string', seq: 'number', lastSeenAt: 'date' },
    indexes: [index({ market: 1, state: 1, lastSeenAt: -1 })],
  },
  alert_transitions: {
    required: { alertId: 'string', seq: 'number', kind: 'string', market: 'string', cause: 'string', at: 'date' },
    indexes: [index({ alertId: 1, seq: 1 }, { unique: true }), index({ market: 1, at: 1 })],
  },
  alert_untaken: {
    required: { market: 'string', measure: 'string', problem: 'string', at: 'date' },
    indexes: [index({ market: 1 })],
  },
  baselines: {
    required: { market: 'string', name: 'string', formula: 'string', updatedAt: 'date' },
    indexes: [index({ market: 1 })],
  },
  measures: {
    required: { kind: 'string', at: 'date' },
    indexes: [index({ kind: 1, at: 1 }), index({ market: 1, kind: 1, at: 1 })],
  },
  alert_minutes: { required: { at: 'date', minutes: 'array' }, indexes: [index({ at: 1 })] },
  deliveries: {
    required: { market: 'string', channel: 'string', state: 'string', title: 'string', notBefore: 'date' },
    indexes: [
      index({ market: 1, state: 1, createdAt: 1 }),
      index({ state: 1, notBefore: 1 }),
      index({ transitionId: 1 }),
      index({ alertId: 1 }),
    ],
  },
  errors: {
    required: { kind: 'string', code: 'string', activity: 'string', lastSeenAt: 'date', days: 'object' },
    indexes: [index({ lastSeenAt: -1 })],
  },
  error_events: {
    required: { trouble: 'string', fingerprint: 'string', code: 'string', failedAt: 'date', state: 'string' },
    indexes: [
      index({ fingerprint: 1, day: 1 }),
      index({ trouble: 1, state: 1 }),
      index({ failedAt: 1 }),
      index({ state: 1, deadlineAt: 1 }),
      index({ runKey: 1 }),
    ],
  },
  incidents: {
    required: {
      market: 'string',
      cause: 'string',
      status: 'string',
      severity: 'string',
      openedAt: 'date',
      seq: 'number',
    },
    indexes: [index({ market: 1, openedAt: -1 })],
  },
  watch_rounds: { required: { at: 'date', state: 'string', verdicts: 'array', faults: 'array' }, indexes: [] },
  incident_timeline: {
    required: { incidentId: 'string', seq: 'number', kind: 'string', text: 'string', at: 'date' },
    indexes: [index({ incidentId: 1, seq: 1 }, { unique: true })],
  },
  recoveries: {
    required: { action: 'string', cause: 'string', outcome: 'string', startedAt: 'date', endedAt: 'date' },
    indexes: [index({ endedAt: 1 })],
  },
  backup_drills: { required: { at: 'date', ok: 'bool', problems: 'array' }, indexes: [] },
  migrations: { required: { state: 'string', checksum: 'string', beganAt: 'date' }, indexes: [] },
  migration_undo: {
    required: { migration: 'string', collection: 'string', before: 'object' },
    indexes: [index({ migration: 1, _id: 1 })],
  },
  leases: { required: {}, indexes: [] },
  upkeep: {
    required: { kind: 'string', ok: 'bool', problems: 'array', at: 'date' },
    indexes: [index({ kind: 1, at: -1 })],
  },
  reports: {
    required: { market: 'string', kind: 'string', period: 'string', model: 'object', sha256: 'string', at: 'date' },
    indexes: [index({ market: 1, at: -1 })],
  },
  report_notes: {
    required: { market: 'string', topic: 'string', text: 'string', by: 'string', at: 'date' },
    indexes: [index({ market: 1, at: 1 })],
  },
  restores: { required: { startedAt: 'date', beatAt: 'date' }, indexes: [] },
};

/** JSON schema that MongoDB checks on every write of a collection. */
export function validatorOf({ required }: CollectionRule): Document {
  const names = Object.keys(required);
  if (names.length === 0) return {};
  const properties = Object.fromEntries(Object.entries(required).map(([name, bsonType]) => [name, { bsonType }]));
  return { $jsonSchema: { bsonType: 'object', required: names, properties } };
}

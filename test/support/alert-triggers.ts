import type { Db, Document } from 'mongodb';
import { AuthRejected } from '../../core/errors.js';
import { NO_COUNTS, type WindowState } from '../../core/schemas/collect.js';
import { noteMinute } from '../../store/alerts/minutes.js';
import { decide, pauseRefused } from '../../store/decisions.js';
import { noteReportSent } from '../../store/reports/reports.js';
import { CALM, NOW_MS, type Staging } from './alert-world.js';

/** The real cause of a trigger, as the product would leave it in the store, and how it goes away. */
export interface Trigger extends Staging {
  readonly subject: string;
  readonly says: RegExp;
  /** When it is looked at; default `NOW_MS`. */
  readonly atMs?: number;
  cause(db: Db): Promise<unknown>;
  heal(db: Db): Promise<unknown>;
}

const DAY = '2026-03-02';
const RUN = `daily/phoenix/${DAY}#r1`;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SOURCE = 'maricopa-assessor';
const THREE_AM = Date.parse('2026-03-02T10:00:00Z');
const EIGHT_AM = Date.parse('2026-03-02T15:00:00Z');
const WITH_MAIL = {
  ...{ EMAIL_ENABLED: 'true', SMTP_HOST: '127.0.0.1' },
  ...{ SENDER_EMAIL: 'phoenix@example.com', RECIPIENT_EMAILS: 'owner@example.com' },
};

type Row = Document & { _id: string };
const rows = (db: Db, name: string) => db.collection<Row>(name);
const put = (db: Db, name: string, document: Row) =>
  rows(db, name).replaceOne({ _id: document._id }, document, { upsert: true });
const clear = (db: Db, name: string) => rows(db, name).deleteMany({});
const at = (ms: number) => new Date(ms);

interface DayShape {
  readonly status?: string;
  readonly startedMs?: number;
  readonly endedMs?: number | null;
  readonly collectMinutes?: number;
  readonly zips?: readonly WindowState[];
  readonly seen?: number;
  readonly quarantined?: number;
  readonly model?: string | null;
  readonly missing?: readonly string[];
}

/** A day as the report phase leaves it. */
function day(db: Db, shape: DayShape = {}): Promise<unknown> {
  const { status = 'complete', startedMs = THREE_AM, collectMinutes = 30, zips = ['complete'] } = shape;
  const { seen = 100, quarantined = 0, model = 'small', missing = [] } = shape;
  const endedMs = shape.endedMs === undefined ? startedMs + HOUR_MS : shape.endedMs;
  const counts = { ...NO_COUNTS, seen, stored: seen - quarantined, quarantined };
  const collected = {
    startedAt: at(startedMs).toISOString(),
    endedAt: at(startedMs + collectMinutes * MINUTE_MS).toISOString(),
  };
  const summary = {
    ...{ status, runDate: DAY, counts, missing, properties: { total: seen, withListing: 0 } },
    llm: { model, reason: model === null ? 'no model server answers' : null },
    phases: [{ name: 'collect', ...collected, overBudgetMs: 0 }],
    sources: [
      {
        ...{ name: SOURCE, status: 'complete', reason: null },
        zips: zips.map((zipStatus, index) => ({
          ...(index === 0 ? counts : NO_COUNTS),
          ...{ zip: `8503${index}`, status: zipStatus, reason: null, total: null },
        })),
      },
    ],
  };
  return put(db, 'runs', {
    _id: RUN,
    ...{ workflowId: `daily/phoenix/${DAY}`, market: 'phoenix', runDate: DAY, status, counts },
    ...{ startedAt: at(startedMs), endedAt: endedMs === null ? null : at(endedMs) },
    summary: endedMs === null ? null : summary,
  });
}

const ofDay = (bad: DayShape, says: RegExp, good: DayShape = {}): Trigger => ({
  subject: 'daily',
  says,
  cause: (db) => day(db, bad),
  heal: (db) => day(db, good),
});

const shares = (complete: number, of: number): readonly WindowState[] =>
  Array.from({ length: of }, (_, index) => (index < complete ? 'complete' : 'failed'));

async function fetches(db: Db, count: number, fields: (index: number) => Document): Promise<void> {
  await clear(db, 'fetches');
  const documents = Array.from({ length: count }, (_, index) => ({
    _id: `f${index}`,
    ...{ source: SOURCE, host: 'county.example', runKey: RUN, durationMs: 100, error: null },
    ...{ grantedAt: at(THREE_AM + index * 2_000), sentAt: at(THREE_AM + index * 2_000) },
    ...fields(index),
  }));
  await rows(db, 'fetches').insertMany(documents);
}

const failures = (bad: number, says: RegExp): Trigger => ({
  subject: SOURCE,
  says,
  cause: async (db) => {
    await day(db);
    await fetches(db, 100, (index) => (index < bad ? { error: 'SourceUnavailable' } : {}));
  },
  heal: (db) => fetches(db, 100, () => ({})),
});

const windows = (fields: Document, says: RegExp): Trigger => ({
  subject: SOURCE,
  says,
  cause: (db) => windowOf(db, fields),
  heal: (db) => windowOf(db, { state: 'complete', reason: null }),
});

const windowOf = (db: Db, fields: Document) =>
  put(db, 'windows', {
    _id: `phoenix:${SOURCE}:85031:${DAY}`,
    ...{ market: 'phoenix', source: SOURCE, zip: '85031', runDate: DAY, updatedAt: at(NOW_MS), seen: 0 },
    ...fields,
  });

const zipAge = (hours: number): Trigger => ({
  subject: `${SOURCE} 85031`,
  says: /was complete \d+ h ago/,
  cause: (db) => windowOf(db, { state: 'complete', updatedAt: at(NOW_MS - hours * HOUR_MS) }),
  heal: (db) => windowOf(db, { state: 'complete' }),
});

const queueAge = (hours: number): Trigger => ({
  subject: 'daily',
  says: /has been waiting for the model for \d+ h/,
  cause: (db) =>
    put(db, 'processing_queue', {
      _id: 'us-az-maricopa:10306005',
      ...{ market: 'phoenix', state: 'pending', updatedAt: at(NOW_MS - hours * HOUR_MS) },
    }),
  heal: (db) =>
    rows(db, 'processing_queue').updateOne({ _id: 'us-az-maricopa:10306005' }, { $set: { state: 'completed' } }),
});

const rowsAnHour = (perPage: number): Trigger => {
  const pages = async (db: Db, keys: number) => {
    await day(db);
    for (let index = 0; index < 12; index += 1) {
      await put(db, 'window_pages', {
        _id: `p${index}`,
        ...{ runKey: RUN, step: `walk:${index}`, at: at(THREE_AM + index * 5 * MINUTE_MS) },
        keys: Array.from({ length: keys }, (_, key) => ({ key: `${index}-${key}`, outcome: 'stored' })),
      });
    }
  };
  return { subject: 'daily', says: /an hour$/, cause: (db) => pages(db, perPage), heal: (db) => pages(db, 100) };
};

const storedAfter = (seconds: number): Trigger => {
  const versions = async (db: Db, lateMs: number) => {
    await day(db);
    for (let index = 0; index < 20; index += 1) {
      const times = { validFrom: at(THREE_AM), knownFrom: at(THREE_AM + lateMs) };
      await put(db, 'record_versions', { _id: `v${index}`, recordId: `r${index}`, runKey: RUN, ...times });
    }
  };
  return {
    ...{ subject: 'daily', says: /s after they came/ },
    cause: (db) => versions(db, seconds * 1_000),
    heal: (db) => versions(db, 500),
  };
};

/** The quality of a day as its gate leaves it. */
const quality = (db: Db, gathered: Document, gate: Document = { state: 'passed', reasons: [] }) =>
  put(db, 'quality_runs', {
    _id: RUN,
    ...{ market: 'phoenix', runDate: DAY, at: at(NOW_MS), gate },
    gathered: { properties: 100, completenessOfAsked: 0.99, agreement: 0.99, duplicates: 0.001, ...gathered },
  });

const ofQuality = (gathered: Document, says: RegExp, gate?: Document): Trigger => ({
  ...{ subject: 'daily', says },
  cause: (db) => quality(db, gathered, gate),
  heal: (db) => quality(db, {}),
});

const reading = (fields: Document, says: RegExp): Trigger => {
  const put2captcha = (db: Db, more: Document) =>
    put(db, 'provider_readings', {
      _id: '2captcha:now',
      ...{ provider: '2captcha', at: at(NOW_MS), problem: null, quiet: true, verdict: 'equal' },
      ...{ differenceUsdMicros: 0, bookedUsdMicros: 1_000_000, daysLeft: 40, ...more },
    });
  return { subject: '2captcha', says, cause: (db) => put2captcha(db, fields), heal: (db) => put2captcha(db, {}) };
};

const spent = (usd: number, line: 'month' | 'day'): Trigger => ({
  subject: line,
  says: /dollars are spent/,
  cause: (db) => paid(db, usd),
  heal: (db) => rows(db, 'cost_entries').deleteMany({}),
});

const paid = (db: Db, usd: number) =>
  put(db, 'cost_entries', {
    _id: 'k1',
    ...{ line: 'captcha', costUsdMicros: Math.round(usd * 1_000_000), day: DAY, at: at(NOW_MS), runKey: RUN },
  });

const propertyCost = (usd: number): Trigger => ({
  subject: 'daily',
  says: /a property of 2026-03-02 cost/,
  cause: async (db) => {
    await day(db, { seen: 10 });
    await paid(db, usd * 10);
  },
  heal: (db) => clear(db, 'cost_entries'),
});

const machine = (part: keyof typeof CALM, share: number): Trigger => {
  const state = { busy: true };
  return {
    ...{ subject: 'machine', says: new RegExp(`^${part} .* in use`) },
    machine: async () => (state.busy ? { ...CALM, [part]: share } : CALM),
    cause: async () => undefined,
    heal: async () => {
      state.busy = false;
    },
  };
};

const upFor = (share: number): Trigger => ({
  subject: 'system',
  says: /^up in \d+ of \d+ minutes/,
  cause: async (db) => {
    await noteMinute(db, NOW_MS - 100 * MINUTE_MS);
    const begin = 100 - Math.round(share * 100);
    for (let minute = begin; minute < 100; minute += 1) await noteMinute(db, NOW_MS - minute * MINUTE_MS);
  },
  heal: async (db) => {
    for (let minute = 0; minute < 100; minute += 1) await noteMinute(db, NOW_MS - minute * MINUTE_MS);
  },
});

const filled = (share: number): Trigger => ({
  subject: 'database',
  says: /MiB of 512 MiB/,
  variables: { PHOENIX_MODE: 'production', MARICOPA_API_KEY: 'token-of-a-test' },
  ...sized(share),
});

/** What the server says about its size is the one thing that cannot be caused in seconds: 500 MB would have to be written. */
function sized(share: number): Pick<Trigger, 'cause' | 'heal'> {
  const says = (db: Db, bytes: number) => {
    Object.defineProperty(db, 'stats', { value: async () => ({ dataSize: bytes, indexSize: 0 }), configurable: true });
    return Promise.resolve();
  };
  return { cause: (db) => says(db, share * 512 * 1024 * 1024), heal: (db) => says(db, 1) };
}

const drill = (db: Db, ok: boolean, atMs: number) =>
  put(db, 'backup_drills', { _id: 'drill-1', at: at(atMs), ok, problems: ok ? [] : ['counts differ'], documents: 7 });

const circuit = (db: Db, host: string, failed: number) =>
  put(db, 'limits', { _id: host, failures: failed, openUntilMs: NOW_MS });

/** The cause of every trigger, by rule. */
export const TRIGGERS: Readonly<Record<string, Trigger>> = {
  'uptime-critical': upFor(0.9),
  'uptime-warning': upFor(0.97),
  'success-collapsed': ofDay({ zips: shares(1, 2), status: 'partial' }, /^1 of 2 windows/),
  'success-critical': ofDay({ zips: shares(3, 4), status: 'partial' }, /^3 of 4 windows/),
  'success-warning': ofDay({ zips: shares(17, 20), status: 'partial' }, /\(85 %\)/),
  'success-low': ofDay({ zips: shares(14, 15), status: 'partial' }, /^14 of 15/),
  'errors-critical': failures(25, /25 of 100 requests/),
  'errors-warning': failures(15, /15 of 100 requests/),
  'collection-slow-critical': ofDay({ collectMinutes: 130 }, /took 130 min/),
  'collection-slow': ofDay({ collectMinutes: 70 }, /took 70 min/),
  'day-delayed': {
    ...ofDay({ status: 'running', endedMs: null }, /has not ended/),
    atMs: NOW_MS + 3 * HOUR_MS,
  },
  'day-late-critical': ofDay({ endedMs: THREE_AM + 200 * MINUTE_MS }, /ended 80 min after 05:00/),
  'day-late': ofDay({ endedMs: THREE_AM + 130 * MINUTE_MS }, /ended 10 min after 05:00/),
  'day-not-started': {
    ...{ subject: 'daily', says: /was due \d+ min ago and never began/, atMs: THREE_AM + 6 * MINUTE_MS },
    cause: (db) => noteMinute(db, THREE_AM - HOUR_MS),
    heal: (db) => day(db, { status: 'running', endedMs: null }),
  },
  'nothing-collected': {
    ...{ subject: 'daily', says: /has collected nothing for \d+ min/, atMs: THREE_AM + 61 * MINUTE_MS },
    cause: (db) => day(db, { status: 'running', endedMs: null }),
    heal: (db) =>
      put(db, 'window_pages', { _id: 'p', runKey: RUN, step: 'walk:0', at: at(THREE_AM + HOUR_MS), keys: [] }),
  },
  'day-failed': ofDay({ status: 'failed', zips: [], missing: ['nothing was collected'] }, /ended failed: nothing was/),
  'day-partial': ofDay({ status: 'partial', missing: ['85031 is not there'] }, /ended partial: 85031/),
  'day-completed': { ...ofDay({}, /is complete: 100 rows seen/), subject: DAY },
  'rows-critical': rowsAnHour(40),
  'rows-warning': rowsAnHour(60),
  'store-slow-critical': storedAfter(12),
  'store-slow': storedAfter(7),
  'zip-old-critical': zipAge(80),
  'zip-old': zipAge(40),
  'queue-old-critical': queueAge(80),
  'queue-old': queueAge(30),
  'windows-suspect': windows(
    { state: 'suspect', reason: '0 rows where 400 are usual' },
    /unusual number of rows: 85031/,
  ),
  'source-blocked': windows({ state: 'failed', reason: 'Blocked: a block page' }, /was blocked: 85031/),
  'source-drifted': windows({ state: 'failed', reason: 'SchemaDrift: no rows' }, /another shape: 85031/),
  'layout-waits': {
    ...{ subject: 'phoenix-mls', says: /learned@1 waits for phx sources repair review/ },
    cause: (db) => put(db, 'selector_sets', { _id: 's', source: 'phoenix-mls', name: 'learned@1', state: 'proposed' }),
    heal: (db) => rows(db, 'selector_sets').updateOne({ _id: 's' }, { $set: { state: 'approved' } }),
  },
  'token-refused': {
    ...{ subject: SOURCE, says: /refused every credential/ },
    cause: (db) => pauseRefused(db, SOURCE, new AuthRejected(SOURCE, 'HTTP 401')),
    heal: (db) =>
      decide(db, { kind: 'pause', subject: SOURCE, granted: false, reference: 'new token', by: 'operator' }),
  },
  'circuit-open': {
    ...{ subject: 'county.example', says: /has not answered 6 times in a row/ },
    cause: (db) => circuit(db, 'county.example', 6),
    heal: (db) => circuit(db, 'county.example', 0),
  },
  'components-down': {
    ...{ subject: 'components', says: /^2 parts are down/ },
    cause: async (db) => {
      await circuit(db, 'a.example', 5);
      await circuit(db, 'b.example', 5);
    },
    heal: (db) => circuit(db, 'b.example', 0),
  },
  'ceiling-passed': {
    ...{ subject: 'county.example', says: /101 requests in one window/ },
    cause: (db) =>
      fetches(db, 101, (index) => ({
        grantedAt: at(NOW_MS - HOUR_MS + index * 10),
        sentAt: at(NOW_MS - HOUR_MS + index * 10),
        durationMs: 1,
      })),
    heal: (db) => clear(db, 'fetches'),
  },
  'outside-slow': {
    ...{ subject: 'county.example', says: /answers in 900 ms; 100 ms is usual/ },
    cause: async (db) => {
      const time = (index: number) =>
        index < 120 ? NOW_MS - 5 * HOUR_MS + index * 5_000 : NOW_MS - 30 * MINUTE_MS + index * 5_000;
      await fetches(db, 150, (index) => ({
        grantedAt: at(time(index)),
        sentAt: at(time(index)),
        durationMs: index < 120 ? 100 : 900,
      }));
    },
    heal: (db) => clear(db, 'fetches'),
  },
  'proxies-sick': {
    ...{ subject: 'pool', says: /^1 of 2 proxies/ },
    cause: async (db) => {
      await put(db, 'proxies', { _id: 'p1', listed: true, score: 90, notBeforeMs: 0 });
      await put(db, 'proxies', { _id: 'p2', listed: true, score: 20, notBeforeMs: 0 });
    },
    heal: (db) => put(db, 'proxies', { _id: 'p2', listed: true, score: 80, notBeforeMs: 0 }),
  },
  'captchas-unsolved': {
    ...{ subject: 'phoenix-mls', says: /^50 % of 20 captchas/ },
    cause: async (db) => {
      for (let index = 0; index < 20; index += 1) {
        const state = index % 2 === 0 ? 'accepted' : 'rejected';
        await put(db, 'captcha_tasks', {
          _id: `c${index}`,
          source: 'phoenix-mls',
          state,
          solveMs: 100,
          createdAt: at(NOW_MS - HOUR_MS),
        });
      }
    },
    heal: (db) => clear(db, 'captcha_tasks'),
  },
  'model-missing': ofDay({ model: null }, /no model server answers/),
  incomplete: ofQuality(
    { completenessOfAsked: 0.8 },
    /^facts known of those asked for of 100 properties on 2026-03-02: 80 %/,
  ),
  'facts-contradicted': ofQuality({ agreement: 0.9 }, /^agreement of sources of 100/),
  'rows-invalid': { ...ofDay({ quarantined: 10 }, /10 of 100 rows/), subject: SOURCE },
  'properties-doubled': ofQuality({ duplicates: 0.03 }, /^duplicates of 100/),
  'quality-gate': ofQuality({}, /2026-03-02: completeness fell/, { state: 'below', reasons: ['completeness fell'] }),
  'data-corrupt': {
    ...{ subject: 'database', says: /^1 faults in a sample; raw_payloads/ },
    cause: (db) =>
      put(db, 'raw_payloads', {
        _id: 'f'.repeat(64),
        source: SOURCE,
        kind: 'parcel',
        type: 'json',
        body: Buffer.from('no gzip'),
      }),
    heal: (db) => clear(db, 'raw_payloads'),
  },
  'secret-seen': {
    ...{
      subject: 'windows',
      says: /^1 documents of windows hold a secret/,
      variables: { MARICOPA_API_KEY: 'canary-token-1' },
    },
    cause: (db) => windowOf(db, { state: 'failed', reason: 'refused canary-token-1' }),
    heal: (db) => windowOf(db, { state: 'failed', reason: 'refused' }),
  },
  'drill-failed': {
    ...{ subject: 'backup', says: /counts differ/ },
    cause: (db) => drill(db, false, NOW_MS),
    heal: (db) => drill(db, true, NOW_MS),
  },
  'drill-due': {
    ...{ subject: 'backup', says: /rehearsed 40 days ago/ },
    cause: (db) => drill(db, true, NOW_MS - 40 * 24 * HOUR_MS),
    heal: (db) => drill(db, true, NOW_MS),
  },
  'drill-passed': {
    ...{ subject: 'drill-1', says: /7 documents was made, restored/ },
    cause: (db) => drill(db, true, NOW_MS),
    heal: async () => undefined,
  },
  'budget-p0': spent(38, 'month'),
  'budget-p1': spent(31, 'month'),
  'budget-overrun': spent(28, 'month'),
  'budget-critical': spent(24, 'month'),
  'budget-warning': spent(21, 'month'),
  'budget-info': spent(16, 'month'),
  'day-cost-critical': spent(1.1, 'day'),
  'day-cost': spent(0.9, 'day'),
  'property-cost-critical': propertyCost(0.03),
  'property-cost': propertyCost(0.015),
  'balance-low': reading({ daysLeft: 3 }, /lasts 3 days/),
  'bill-differs': reading(
    { verdict: 'unbooked', differenceUsdMicros: 200_000 },
    /0.2000 dollars other than the 1.0000/,
  ),
  'cpu-critical': machine('cpu', 0.9),
  'cpu-warning': machine('cpu', 0.75),
  'memory-critical': machine('memory', 0.95),
  'memory-warning': machine('memory', 0.8),
  'disk-critical': machine('disk', 0.97),
  'disk-warning': machine('disk', 0.85),
  'database-slow': {
    ...{ subject: 'database', says: /answers in \d+ ms/ },
    cause: async (db) => slowed(db, 150),
    heal: async (db) => slowed(db, 0),
  },
  'database-full-critical': filled(0.96),
  'database-full': filled(0.85),
  'database-grows': filled(0.7),
  'notices-stuck': {
    ...{ subject: 'mail', says: /1 notices wait for mail, the oldest for \d+ min/ },
    cause: (db) =>
      put(db, 'deliveries', { _id: 'd', channel: 'mail', state: 'waiting', notBefore: at(NOW_MS - 10 * MINUTE_MS) }),
    heal: (db) => rows(db, 'deliveries').updateOne({ _id: 'd' }, { $set: { state: 'delivered' } }),
  },
  'report-undelivered': {
    ...{ subject: 'daily', says: /^the report 2026-03-02 was due 80 min ago and is not delivered$/ },
    ...{ atMs: EIGHT_AM + 80 * MINUTE_MS, variables: WITH_MAIL },
    cause: (db) =>
      put(db, 'reports', {
        _id: `report/daily/phoenix/${DAY}`,
        ...{ kind: 'daily', market: 'phoenix', period: DAY, at: at(EIGHT_AM + MINUTE_MS), sentAt: null },
      }),
    heal: (db) => noteReportSent(db, `report/daily/phoenix/${DAY}`, at(EIGHT_AM + 90 * MINUTE_MS)),
  },
  'measure-untaken': {
    ...{ subject: 'collection-minutes', says: /^collection-minutes cannot be measured: / },
    cause: (db) =>
      put(db, 'alert_untaken', {
        _id: 'phoenix:collection-minutes',
        ...{ market: 'phoenix', measure: 'collection-minutes', problem: 'phases is missing', at: at(NOW_MS) },
      }),
    heal: (db) => clear(db, 'alert_untaken'),
  },
  'version-runs': {
    ...{ subject: '0.1.0', says: /^version 0\.1\.0 runs/ },
    cause: async () => undefined,
    heal: async () => undefined,
  },
  'requests-spared': {
    ...{ subject: 'daily', says: /^20 of 20 details/ },
    cause: (db) => details(db, 'unchanged'),
    heal: (db) => details(db, 'stored'),
  },
  'rate-unused': {
    ...{ subject: 'county.example', says: /of the allowed rate was used/ },
    cause: async (db) => {
      await day(db);
      await fetches(db, 120, () => ({}));
    },
    heal: (db) => clear(db, 'fetches'),
  },
};

async function details(db: Db, outcome: string): Promise<void> {
  await day(db);
  for (let index = 0; index < 20; index += 1) {
    await put(db, 'window_pages', {
      _id: `d${index}`,
      ...{
        runKey: RUN,
        step: `detail:${index}`,
        detail: 'done',
        at: at(THREE_AM),
        keys: [{ key: `${index}`, outcome }],
      },
    });
  }
}

/** A server that takes its time with each command. */
function slowed(db: Db, ms: number): void {
  const { command } = Object.getPrototypeOf(db);
  const value = async (...given: unknown[]) => {
    await new Promise((wake) => setTimeout(wake, ms));
    return command.apply(db, given);
  };
  Object.defineProperty(db, 'command', { value, configurable: true });
}

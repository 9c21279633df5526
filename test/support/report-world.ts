import type { Db } from 'mongodb';
import type { RunDocument } from '../../store/documents.js';

/** The day of the report world: a Sunday. */
export const REPORT_DAY = '2026-03-01';
/** 08:00 of that day in Phoenix. */
export const REPORT_NOW_MS = Date.parse('2026-03-01T15:00:00Z');
/** Text as a stranger may write it. */
export const HOSTILE =
  '<script>alert(1)</script></mj-text><mj-raw><b>x</b> {{it.x}} <%= 1 %> =HYPERLINK("http://x.example") \u202etxt.exe <style>*{display:none}</style>';

const ZIPS = ['85031', '85033', '85035'];
const SOURCES = ['maricopa-assessor', 'phoenix-mls'] as const;
const DAYS = ['2026-02-26', '2026-02-27', '2026-02-28', REPORT_DAY];
const at = (day: string, time: string) => new Date(`${day}T${time}Z`);

/** Fills a database with four days whose figures are all different, so that a wrong one is seen. */
export async function fillReportWorld(db: Db): Promise<void> {
  for (const [index, day] of DAYS.entries()) await fillDay(db, day, index);
  await db.collection('processed_properties').insertMany(
    ZIPS.flatMap((zip, z) =>
      [0, 1, 2, 3, 4].map((n) => ({
        market: 'phoenix',
        quality_score: 0.9,
        mode: 'demo',
        normalized: {
          address: { zip, street: HOSTILE },
          pricing:
            n === 4
              ? { list_price: null, price_per_sqft: null }
              : { list_price: 300_000 + z * 7_000 + n * 11_000, price_per_sqft: 180 + z * 9 + n * 4 },
        },
      })),
    ),
  );
  await db.collection<ReturnType<typeof alert>>('alerts').insertMany(
    [
      { ...alert('source-blocked', 'P2', 'warning'), text: `${HOSTILE} blocked` },
      { ...alert('zip-old', 'P3', 'warning'), state: 'recovered' },
    ].map((row) => ({ ...row })),
  );
  await db
    .collection<ReturnType<typeof transition>>('alert_transitions')
    .insertMany([
      transition('source-blocked', 1, 'warning', at(REPORT_DAY, '11:00:00')),
      transition('day-failed', 1, 'critical', at('2026-02-28', '12:00:00')),
      { ...transition('day-failed', 2, 'critical', at('2026-02-28', '12:30:00')), kind: 'recovered' },
    ]);
  await db.collection<{ _id: string; days: object; [more: string]: unknown }>('errors').insertOne({
    ...{ _id: 'f1', kind: 'error', code: 'SourceUnavailable', activity: 'collectPage', source: 'phoenix-mls' },
    ...{ host: 'phoenix-mls.example', pattern: HOSTILE, firstSeenAt: at('2026-02-26', '11:00:00') },
    lastSeenAt: at(REPORT_DAY, '11:00:00'),
    days: Object.fromEntries(
      DAYS.map((day, n) => [day, { count: n + 1, lostMs: 30_000 * (n + 1), costUsdMicros: 0, runs: 1 }]),
    ),
  });
  await db.collection('incidents').insertOne({
    ...{ market: 'phoenix', cause: 'source', title: HOSTILE, severity: 'P2', status: 'resolved', seq: 1, faults: [] },
    ...{ openedAt: at(REPORT_DAY, '11:00:00'), roundAt: at(REPORT_DAY, '11:00:00'), checked: [], tried: [] },
    ...{ acknowledgedAt: at(REPORT_DAY, '11:09:00'), resolvedAt: at(REPORT_DAY, '12:00:00'), recoveredAt: null },
  });
  const when = at(REPORT_DAY, '11:00:00');
  await db.collection('deliveries').insertMany(
    [3_000, 7_500].map((ms, n) => ({
      ...{ transitionId: 'phoenix/source-blocked/daily#1', alertId: 'phoenix/source-blocked/daily', market: 'phoenix' },
      ...{ channel: n === 0 ? 'mail' : 'slack', kind: 'fired', state: 'delivered', title: HOSTILE, body: HOSTILE },
      ...{
        createdAt: when,
        notBefore: when,
        endedAt: new Date(when.getTime() + ms),
        attempts: 1,
        proof: 'x',
        reason: null,
      },
    })),
  );
  await db.collection('processing_queue').insertMany(
    ['pending', 'pending', 'completed'].map((state, n) => ({
      market: 'phoenix',
      zip: ZIPS[n] ?? '',
      contentHash: `${n}`,
      state,
      priority: 1,
    })),
  );
}

async function fillDay(db: Db, day: string, index: number): Promise<void> {
  const runKey = `daily/phoenix/${day}#run${index}`;
  const started = at(day, '10:00:00');
  const ended = new Date(started.getTime() + (70 + index * 7) * 60_000);
  const counts = { seen: 0, stored: 30 + index, unchanged: 200 + index * 3, quarantined: 1 + index, excluded: 2 };
  counts.seen = counts.stored + counts.unchanged + counts.quarantined;
  const collectEnd = new Date(started.getTime() + (40 + index * 5) * 60_000).toISOString();
  const phase = (name: string, endedAt: string, overBudgetMs: number) => ({
    name,
    startedAt: started.toISOString(),
    endedAt,
    overBudgetMs,
  });
  const run: Omit<RunDocument, 'options' | 'summary'> & { readonly summary: object } = {
    _id: runKey,
    ...{ workflowId: `daily/phoenix/${day}`, market: 'phoenix', mode: 'demo', runDate: day },
    ...{ status: index === 1 ? 'partial' : 'complete', startedAt: started, endedAt: ended, counts },
    summary: {
      phases: [phase('collect', collectEnd, 0), phase('enrich', ended.toISOString(), index === 3 ? 120_000 : 0)],
      missing: index === 3 ? [`phoenix-mls 85035: ${HOSTILE}`] : [],
      warnings: [],
    },
  };
  await db.collection<typeof run>('runs').insertOne(run);
  const one: Day = { db, day, index, runKey, started, ended };
  await fillLedger(one);
  await fillRecords(one);
  await fillJudgement(one);
  await fillOperation(one);
}

interface Day {
  readonly db: Db;
  readonly day: string;
  readonly index: number;
  readonly runKey: string;
  readonly started: Date;
  readonly ended: Date;
}

async function fillLedger({ db, day, index, runKey, started, ended }: Day): Promise<void> {
  let serial = 0;
  for (const source of SOURCES) {
    for (const [z, zip] of ZIPS.entries()) {
      const failed = source === 'phoenix-mls' && z === 2 && index % 2 === 1;
      serial += 1;
      await db.collection('windows').insertOne({
        ...{ market: 'phoenix', source, zip, runDate: day, limit: null, total: 50, walk: null },
        ...{ state: failed ? 'failed' : 'complete', reason: failed ? 'SourceUnavailable' : null },
        ...{ seen: 20 + index * 10 + serial, completedBy: failed ? null : runKey, updatedAt: ended },
      });
    }
    await db.collection('fetches').insertMany(
      Array.from({ length: 20 }, (_, n) => ({
        ...{
          source,
          host: `${source}.example`,
          url: 'https://x.example/',
          runKey,
          grantedAt: started,
          sentAt: started,
        },
        ...{ durationMs: 100 + index * 10 + n * 3, error: n % 10 === index ? 'SourceUnavailable' : null },
      })),
    );
  }
}

async function fillRecords({ db, day, index, runKey, started }: Day): Promise<void> {
  await db.collection('record_versions').insertMany(
    Array.from({ length: 10 }, (_, n) => ({
      ...{ recordId: `r${index}-${n}`, version: 1, contentHash: 'h', runKey },
      ...{ validFrom: started, knownFrom: new Date(started.getTime() + 200 + n * 40 + index) },
    })),
  );
  await db.collection('change_events').insertMany(
    ['price-cut', 'price-cut', 'new'].map((kind, n) => ({
      ...{ kind, market: 'phoenix', recordId: `r${index}-${n}`, propertyId: 'p', evidence: {} },
      ...{ validFrom: started, knownFrom: new Date(started.getTime() + n) },
    })),
  );
  const costs = [
    ['proxies', 'proxy-plan', 33_333],
    ['captcha', 'captcha-solution', 2_990 + index],
    ['captcha', 'reconciliation', -100 * index],
  ] as const;
  for (const [line, item, costUsdMicros] of costs) {
    if (costUsdMicros === 0) continue;
    await db.collection('cost_entries').insertOne({
      ...{ line, item, costUsdMicros, estimated: false, market: null, source: null, zip: null, runKey: null, day },
      at: started,
    });
  }
}

async function fillJudgement({ db, day, index, runKey, ended }: Day): Promise<void> {
  await db.collection('quality_runs').insertOne({
    ...{ market: 'phoenix', runDate: day, at: ended, gate: { state: index === 2 ? 'below' : 'passed', reasons: [] } },
    gathered: {
      ...{ score: 0.9 + index / 100, completenessOfAsked: 0.96 + index / 1_000, completeness: 0.7 + index / 100 },
      ...{ agreement: 0.985, validity: 0.99 - index / 1_000, duplicates: 0.001 * index, freshness: 0.98 },
      ...{ withheldFacts: index, properties: 15, published: 15, terms: null },
      ...{
        findings: { 'area-impossible': 3 + index },
        fields: {},
        sources: {},
        parsers: {},
        zips: {},
        contradictions: [],
      },
    },
  });
  await db.collection('quarantine').insertOne({
    ...{
      source: 'phoenix-mls',
      zip: '85031',
      runKey,
      key: null,
      path: 'ListPrice',
      reason: HOSTILE,
      rawRef: `raw${index}`,
    },
    ...{ fetchId: 'f', at: ended },
  });
  await db.collection('llm_batches').insertOne({
    ...{ runKey, batch: 1, size: 10, lanes: 1, why: 'x', claimed: 10, asked: 10, described: 8 + index },
    ...{ timeouts: index % 2, refused: 0, milliseconds: 60_000 + index * 1_000, trouble: null, at: ended },
  });
}

async function fillOperation({ db, day, index, runKey, started }: Day): Promise<void> {
  await db.collection<{ _id: string; at: Date; minutes: number[] }>('alert_minutes').insertMany(
    [10, 11].map((hour) => ({
      _id: `${day}T${hour}`,
      at: at(day, `${hour}:00:00`),
      minutes: Array.from({ length: 60 - index }, (_, minute) => minute),
    })),
  );
  await db.collection('upkeep').insertOne({
    ...{ kind: 'verify-sample', ok: index !== 2, problems: index === 2 ? ['one document is wrong'] : [] },
    ...{ figures: { documents: 100 + index }, at: at(day, '14:30:00') },
  });
  await db.collection('recoveries').insertMany(
    ['recovered', 'recovered', index === 3 ? 'failed' : 'recovered'].map((outcome, n) => ({
      ...{
        action: 'retry',
        cause: 'SourceUnavailable',
        market: 'phoenix',
        source: 'phoenix-mls',
        runKey,
        outcome,
        tries: 1,
      },
      ...{ startedAt: started, detectedAt: new Date(started.getTime() + 1_000 * (n + 1)) },
      endedAt: new Date(started.getTime() + 10_000 * (n + 1 + index)),
    })),
  );
}

function alert(rule: string, severity: string, tier: string) {
  return {
    ...{
      _id: `phoenix/${rule}/daily`,
      market: 'phoenix',
      rule,
      subject: 'daily',
      severity,
      tier,
      cause: rule,
      measure: 'uptime',
    },
    ...{ value: 1, text: rule, state: 'firing', seq: 1, plannedSeq: 1, count: 1, since: at(REPORT_DAY, '11:00:00') },
    ...{ firstSeenAt: at(REPORT_DAY, '11:00:00'), lastSeenAt: at(REPORT_DAY, '11:00:00') },
    ...{ noticedAt: null, noticed: false, escalated: false },
  };
}

function transition(rule: string, seq: number, tier: string, when: Date) {
  return {
    _id: `phoenix/${rule}/daily#${seq}`,
    ...{
      alertId: `phoenix/${rule}/daily`,
      market: 'phoenix',
      rule,
      subject: 'daily',
      severity: 'P2',
      tier,
      cause: rule,
    },
    ...{
      measure: 'uptime',
      value: 1,
      text: HOSTILE,
      seq,
      kind: 'fired',
      quiet: false,
      since: when,
      at: when,
      by: null,
      note: null,
    },
  };
}

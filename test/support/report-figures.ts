import type { Db, Document } from 'mongodb';

/** A range of days with the instants that bound it. */
interface Asked {
  readonly db: Db;
  readonly from: string;
  readonly to: string;
  readonly fromAt: Date;
  readonly toAt: Date;
}

/**
 * Figures of a period once more, by queries of their own: aggregations of the database, where the reports read documents. Null where
 * there is nothing to divide by.
 */
export async function figuresAgain(
  db: Db,
  from: string,
  to: string,
  toAt: Date,
): Promise<Record<string, number | null>> {
  const asked: Asked = { db, from, to, fromAt: new Date(`${from}T07:00:00Z`), toAt };
  return {
    ...(await collectionAgain(asked)),
    ...(await requestsAgain(asked)),
    ...(await moneyAgain(asked)),
    ...(await qualityAgain(asked)),
    ...(await operationAgain(asked)),
  };
}

const days = ({ from, to }: Asked) => ({ $gte: from, $lte: to });
const span = ({ fromAt, toAt }: Asked) => ({ $gte: fromAt, $lt: toAt });

async function one(db: Db, collection: string, match: Document, group: Document): Promise<Document> {
  const [row] = await db
    .collection(collection)
    .aggregate([{ $match: match }, { $group: { _id: null, ...group } }])
    .toArray();
  return row ?? {};
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);

async function runKeys(asked: Asked): Promise<readonly string[]> {
  return asked.db.collection<{ _id: string }>('runs').distinct('_id', { runDate: days(asked) });
}

async function collectionAgain(asked: Asked) {
  const { db } = asked;
  const windows = db.collection('windows');
  const wanted = await windows.countDocuments({ runDate: days(asked), state: { $ne: 'skipped' } });
  const complete = await windows.countDocuments({ runDate: days(asked), state: 'complete' });
  const seen = await one(db, 'windows', { runDate: days(asked) }, { seen: { $sum: '$seen' } });
  const counts = await one(
    db,
    'runs',
    { runDate: days(asked) },
    {
      runs: { $sum: 1 },
      stored: { $sum: '$counts.stored' },
      unchanged: { $sum: '$counts.unchanged' },
      quarantined: { $sum: '$counts.quarantined' },
      all: { $sum: '$counts.seen' },
    },
  );
  const runs = await db.collection('runs').countDocuments({ runDate: days(asked) });
  const done = await db.collection('runs').countDocuments({ runDate: days(asked), status: 'complete' });
  const phases = await db
    .collection('runs')
    .aggregate([
      { $match: { runDate: days(asked) } },
      { $unwind: '$summary.phases' },
      { $replaceRoot: { newRoot: '$summary.phases' } },
    ])
    .toArray();
  const collect = phases
    .filter(({ name }) => name === 'collect')
    .map((row) => (Date.parse(row.endedAt) - Date.parse(row.startedAt)) / 60_000);
  const minutes = collect.reduce((sum, value) => sum + value, 0);
  const whole = await db
    .collection('runs')
    .find({ runDate: days(asked) })
    .toArray();
  const lengths = whole.map(({ startedAt, endedAt }) => (Number(endedAt) - Number(startedAt)) / 60_000);
  return {
    'success-rate': ratio(complete, wanted),
    collected: seen.seen ?? null,
    'stored-new': counts.stored ?? null,
    unchanged: counts.unchanged ?? null,
    quarantined: counts.quarantined ?? null,
    'valid-rows': ratio(counts.stored + counts.unchanged, counts.stored + counts.unchanged + counts.quarantined),
    'days-run': runs,
    'days-complete': ratio(done, runs),
    'collection-minutes': ratio(minutes, collect.length),
    'sequence-minutes': ratio(
      lengths.reduce((sum, value) => sum + value, 0),
      lengths.length,
    ),
    'phases-over': phases.filter(({ overBudgetMs }) => overBudgetMs > 0).length,
    'rows-per-hour': ratio(counts.all * 60, minutes),
    changes: await db.collection('change_events').countDocuments({ knownFrom: span(asked) }),
  };
}

async function requestsAgain(asked: Asked) {
  const { db } = asked;
  const own = { runKey: { $in: [...(await runKeys(asked))] } };
  const requests = await db.collection('fetches').countDocuments(own);
  const failed = await db.collection('fetches').countDocuments({ ...own, error: { $ne: null } });
  const time = await one(db, 'fetches', own, { mean: { $avg: '$durationMs' } });
  const versions = await db.collection('record_versions').find(own).toArray();
  const lag = versions.reduce((sum, { knownFrom, validFrom }) => sum + Number(knownFrom) - Number(validFrom), 0);
  const llm = await one(db, 'llm_batches', own, {
    described: { $sum: '$described' },
    ms: { $sum: '$milliseconds' },
    timeouts: { $sum: '$timeouts' },
  });
  return {
    requests,
    'error-rate': ratio(failed, requests),
    'answer-ms': time.mean ?? null,
    'store-ms': ratio(lag, versions.length),
    'enriched-model': llm.described ?? 0,
    'enriched-per-hour': ratio(llm.described * 3_600_000, llm.ms),
    'model-timeouts': llm.timeouts ?? 0,
  };
}

async function moneyAgain(asked: Asked) {
  const { db, from, to } = asked;
  const all = await one(db, 'cost_entries', { day: days(asked) }, { micros: { $sum: '$costUsdMicros' } });
  const fixed = { day: days(asked), item: 'reconciliation' };
  const corrections = await one(db, 'cost_entries', fixed, { micros: { $sum: '$costUsdMicros' } });
  const seen = await one(db, 'windows', { runDate: days(asked) }, { seen: { $sum: '$seen' } });
  const cost = (all.micros ?? 0) / 1_000_000;
  const count = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  const properties = db.collection('processed_properties');
  const part = (await properties.countDocuments({ market: 'phoenix' })) / (await properties.countDocuments());
  const dollars = async (market: string | null) => {
    const found = await one(db, 'cost_entries', { day: days(asked), market }, { micros: { $sum: '$costUsdMicros' } });
    return (found.micros ?? 0) / 1_000_000;
  };
  const ofMarket = (await dollars('phoenix')) + (await dollars(null)) * part;
  return {
    cost,
    'cost-market': ofMarket,
    'cost-day': cost / count,
    'cost-property': ratio(ofMarket, seen.seen ?? 0),
    corrections: (corrections.micros ?? 0) / 1_000_000,
  };
}

async function qualityAgain(asked: Asked) {
  const { db } = asked;
  const last = await db.collection('quality_runs').findOne({ runDate: days(asked) }, { sort: { runDate: -1 } });
  const below = await db.collection('quality_runs').countDocuments({ runDate: days(asked), 'gate.state': 'below' });
  const gathered = last?.gathered ?? {};
  return {
    'quality-score': gathered.score ?? null,
    completeness: gathered.completenessOfAsked ?? null,
    'completeness-all': gathered.completeness ?? null,
    agreement: gathered.agreement ?? null,
    validity: gathered.validity ?? null,
    duplicates: gathered.duplicates ?? null,
    freshness: gathered.freshness ?? null,
    withheld: gathered.withheldFacts ?? null,
    gates: last === null ? null : below,
  };
}

async function operationAgain(asked: Asked) {
  const { db, toAt } = asked;
  const recoveries = db.collection('recoveries');
  const ended = await recoveries.countDocuments({ endedAt: span(asked) });
  const righted = await recoveries.find({ endedAt: span(asked), outcome: 'recovered' }).toArray();
  const all = await recoveries.find({ endedAt: span(asked) }).toArray();
  const between = (rows: readonly Document[], name: string) =>
    ratio(
      rows.reduce((sum, row) => sum + Number(row[name]) - Number(row.startedAt), 0),
      rows.length,
    );
  const fired = (tier: string) =>
    db.collection('alert_transitions').countDocuments({ at: span(asked), kind: 'fired', tier });
  const told = await db
    .collection('deliveries')
    .find({ state: 'delivered', createdAt: span(asked) })
    .toArray();
  const slowest = told.map(({ createdAt, endedAt }) => (Number(endedAt) - Number(createdAt)) / 1_000);
  const upkeep = await db.collection('upkeep').countDocuments({ at: span(asked) });
  const minutes = await db
    .collection<{ _id: string; at: Date; minutes: number[] }>('alert_minutes')
    .find({})
    .sort({ _id: 1 })
    .toArray();
  const noted = minutes.flatMap(({ at, minutes: own }) => own.map((minute) => at.getTime() + minute * 60_000));
  const begin = Math.max(asked.fromAt.getTime(), Math.min(...noted));
  const inside = noted.filter((ms) => ms >= begin && ms < toAt.getTime()).length;
  return {
    uptime: ratio(inside, Math.floor((toAt.getTime() - begin) / 60_000)),
    troubles: ended,
    'recovery-rate': ratio(righted.length, ended),
    'detect-ms': between(all, 'detectedAt'),
    'recover-ms': between(righted, 'endedAt'),
    'alerts-critical': await fired('critical'),
    'alerts-warning': await fired('warning'),
    'security-alerts': 0,
    'notice-seconds': slowest.length === 0 ? null : Math.max(...slowest),
    incidents: await db.collection('incidents').countDocuments({ openedAt: span(asked) }),
    'minutes-lost': await minutesLost(asked),
    'upkeep-done': upkeep,
    'upkeep-failed': upkeep === 0 ? null : await db.collection('upkeep').countDocuments({ at: span(asked), ok: false }),
  };
}

async function minutesLost({ db, from, to }: Asked): Promise<number> {
  const rows = await db.collection('errors').find({ kind: 'error' }).toArray();
  const lost = rows.flatMap(({ days: own }) =>
    Object.entries<{ readonly lostMs: number }>(own).flatMap(([day, { lostMs }]) =>
      day >= from && day <= to ? [lostMs] : [],
    ),
  );
  return lost.reduce((sum, one) => sum + one, 0) / 60_000;
}

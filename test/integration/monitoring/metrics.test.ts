import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../core/free-ports.js';
import { accountingDay } from '../../../store/cost/entries.js';
import { noteReadings } from '../../../store/measures.js';
import { startTestWorld, type TestWorld } from '../../support/world.js';

let world: TestWorld;
let url: string;

beforeAll(async () => {
  world = await startTestWorld({ parcelsPerZip: 25, listings: 10 });
  const port = await freePort();
  url = `http://127.0.0.1:${port}/metrics`;
  await world.startWorker({ PHOENIX_METRICS_PORT: String(port) });
  await world.runDay('2026-11-20', { zips: ['85031'] });
}, 240_000);
afterAll(() => world.stop(), 60_000);

async function scrape(): Promise<string> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** Samples of a metric by their labels as they stand. */
function samplesOf(text: string, name: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(name.length, at), Number(line.slice(at + 1))];
    }),
  );
}

/** Scrapes until the figures of the database were read after `sinceMs`; they are at most 10 s old. */
async function scrapeAfter(sinceMs: number): Promise<{ readonly text: string; readonly afterMs: number }> {
  for (;;) {
    const text = await scrape();
    const [readAt = 0] = Object.values(samplesOf(text, 'phoenix_re_store_read_timestamp_seconds'));
    if (readAt * 1_000 >= sinceMs) return { text, afterMs: Date.now() - sinceMs };
    await new Promise((done) => setTimeout(done, 500));
  }
}

describe('a day that has ended', () => {
  it('has its figures kept, and held against what is usual', async () => {
    const row = await world.db
      .collection<{ figures: Record<string, number | null> }>('measures')
      .findOne({ kind: 'run' });
    const ended = { runKey: { $ne: null }, durationMs: { $exists: true } };
    const all = await world.db.collection('fetches').countDocuments(ended);
    const failed = await world.db.collection('fetches').countDocuments({ ...ended, error: { $ne: null } });
    expect(row?.figures['error-rate']).toBeCloseTo(failed / all, 9);
    expect(row?.figures['success-rate']).toBe(1);
    expect(row?.figures.cpu).toBeGreaterThan(0);
  });
});

describe('/metrics of a worker after a day', () => {
  it('agrees with direct queries of the database', async () => {
    const { text } = await scrapeAfter(Date.now());
    const { db } = world;
    const requests = samplesOf(text, 'phoenix_re_api_requests_total');
    for (const source of await db.collection('fetches').distinct('source')) {
      const ok = await db.collection('fetches').countDocuments({ source, error: null, durationMs: { $exists: true } });
      expect(requests[`{source="${source}",outcome="ok"}`]).toBe(ok);
    }
    const all = await db.collection('fetches').countDocuments({});
    expect(Object.values(requests).reduce((sum, n) => sum + n, 0)).toBe(all);
    const queue = samplesOf(text, 'phoenix_re_processing_queue_size');
    for (const [labels, n] of Object.entries(queue)) {
      const [, state = ''] = /state="(\w+)"/.exec(labels) ?? [];
      expect(n).toBe(await db.collection('processing_queue').countDocuments({ state }));
    }
    const run = await db.collection<{ counts: Record<string, number> }>('runs').findOne({});
    expect(samplesOf(text, 'phoenix_re_run_rows')['{market="phoenix",outcome="stored"}']).toBe(run?.counts.stored);
    expect(Object.values(samplesOf(text, 'phoenix_re_runs_total'))).toEqual([1]);
    const booked = await db
      .collection<{ costUsdMicros: number }>('cost_entries')
      .find({ day: accountingDay(Date.now()) })
      .toArray();
    const micros = booked.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
    expect(samplesOf(text, 'phoenix_re_daily_cost')[''] ?? -1).toBeCloseTo(micros / 1e6, 9);
    expect(samplesOf(text, 'phoenix_re_quality_scores')['{market="phoenix",part="completeness"}']).toBeGreaterThan(0);
  }, 60_000);

  it('has what the process saw, and the metrics of the SDK', async () => {
    const text = await scrape();
    const seen = samplesOf(text, 'phoenix_re_request_duration_seconds_count');
    const all = await world.db.collection('fetches').countDocuments({ durationMs: { $exists: true } });
    expect(Object.values(seen).reduce((sum, n) => sum + n, 0)).toBe(all);
    expect(Object.values(samplesOf(text, 'phoenix_re_mongodb_connections'))[0]).toBeGreaterThan(0);
    expect(samplesOf(text, 'phoenix_re_activity_duration_seconds_count')['{activity="collectPage"}']).toBeGreaterThan(
      0,
    );
    expect(text).toMatch(/^temporal_workflow_completed_total\{/m);
    expect(samplesOf(text, 'phoenix_re_cpu_ratio')['']).toBeGreaterThanOrEqual(0);
    expect(await world.db.collection('measures').countDocuments({ kind: 'machine' })).toBeGreaterThan(0);
  });

  it('shows what is written less than 30 s later', async () => {
    const at = new Date();
    await world.db.collection('cost_entries').insertOne({
      ...{ line: 'captcha', item: 'captcha-solution', costUsdMicros: 2_990, estimated: false, market: null },
      ...{ source: null, zip: null, runKey: null, day: accountingDay(at.getTime()), at },
    });
    const readings = [{ subject: 'daily', value: 0.5, text: 'half' }];
    await noteReadings(world.db, 'phoenix', [{ measure: 'run-success', readings }], at.getTime());
    const { text, afterMs } = await scrapeAfter(Date.now());
    expect(samplesOf(text, 'phoenix_re_month_cost_usd')['{line="captcha"}']).toBeCloseTo(0.00299, 9);
    expect(samplesOf(text, 'phoenix_re_alert_run_success_ratio')['{market="phoenix"}']).toBe(0.5);
    expect(afterMs).toBeLessThan(30_000);
    process.stdout.write(`measure to /metrics: ${afterMs} ms; Prometheus scrapes every 10 s on top\n`);
  }, 60_000);
});

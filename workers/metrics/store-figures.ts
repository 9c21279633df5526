import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from 'mongodb';
import type { Logger } from 'pino';
import { latestMeasures } from '../../store/measures.js';
import { createMetricReader } from '../../store/metric-figures.js';
import type { Metrics } from './registry.js';

/** Figures of the database are at most so old when they are shown. With a scrape every 10 s, 20 s from the write to Prometheus. */
const CACHE_MS = 10_000;
/** A scrape that waits longer for the database is answered without it: Prometheus gives up after 10 s, and would see nothing at all. */
const MOST_WAIT_MS = 5_000;

/**
 * Brings the figures of the database up to date, at most every 10 s and once at a time. Where the database does not answer, or not within 5 s, the
 * last figures stay, with the time they were read at, and `phoenix_re_store_up` says so.
 */
export function createStoreFigures(db: Db, metrics: Metrics, logger: Logger): () => Promise<void> {
  const read = createMetricReader(db);
  let freshUntilMs = 0;
  let reading: Promise<void> | null = null;
  const refresh = async (): Promise<void> => {
    const startedMs = performance.now();
    try {
      const nowMs = Date.now();
      metrics.setStored(await read(nowMs), nowMs);
      metrics.setMeasures(await latestMeasures(db));
      metrics.set('storeUp', [], 1);
    } catch (err) {
      metrics.set('storeUp', [], 0); // the scrape itself must not fail: it is what shows the trouble
      logger.warn({ err }, 'the figures of the database could not be read for /metrics');
    }
    metrics.set('storeSeconds', [], (performance.now() - startedMs) / 1_000);
    freshUntilMs = performance.now() + CACHE_MS;
  };
  return async () => {
    if (performance.now() < freshUntilMs) return;
    reading ??= refresh().finally(() => {
      reading = null;
    });
    const late = sleep(MOST_WAIT_MS, 'late', { ref: false });
    if ((await Promise.race([reading, late])) === 'late') metrics.set('storeUp', [], 0);
  };
}

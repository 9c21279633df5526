import type { Db } from 'mongodb';
import { loadQualityLimits } from '../../core/product-settings.js';
import type { KindOrder } from '../../domain/compose.js';
import { type GatheredQuality, gatherQuality } from '../../domain/quality/gather.js';
import { judgeProperty } from '../../domain/quality/judge.js';
import { qualityRow } from '../../domain/quality/row.js';
import { initDatabase } from '../../store/database.js';
import { readProperties } from '../../store/properties.js';
import { homeOf } from '../export-rows.js';
import { createBulk } from './bulk.js';
import { fillDays } from './days.js';
import { fillOperation } from './operation.js';
import { daysUpTo, type FillSize, MARKET } from './plan.js';
import { fillRecords } from './records.js';

const SAMPLE = 60;

/** Documents that were written, and how long that took. */
export interface Filled {
  readonly documents: number;
  readonly seconds: number;
}

/**
 * Fills an empty database with what so many properties leave in so many nights up to `nowMs`, in the shapes that the product writes. The
 * same size and time give the same documents.
 */
export async function fillDatabase(db: Db, size: FillSize, kindOrder: KindOrder, nowMs: number): Promise<Filled> {
  const startedAt = performance.now();
  await initDatabase(db);
  const world = { ...size, kindOrder, calendar: daysUpTo(nowMs, size.days) };
  const bulk = createBulk(db);
  await fillRecords(bulk, world);
  await bulk.flush();
  await fillDays(bulk, world);
  await fillOperation(bulk, world, await sampleQuality(db, kindOrder, nowMs));
  await bulk.flush();
  return { documents: bulk.written, seconds: Math.round((performance.now() - startedAt) / 1_000) };
}

/** What some homes come to: a judgement of a run looks the same with more of them. */
async function sampleQuality(db: Db, kindOrder: KindOrder, nowMs: number): Promise<GatheredQuality> {
  const homes = Array.from({ length: SAMPLE }, (_, number) => homeOf(number));
  const found = await readProperties(
    db,
    homes.map(({ propertyId }) => propertyId),
  );
  const rows = homes.flatMap(({ propertyId, zip }) => {
    const records = found.get(propertyId)?.records ?? [];
    const name = { propertyId, market: MARKET, zip, contentHash: '' };
    return records.length === 0 ? [] : [qualityRow(name, records, judgeProperty(propertyId, records, kindOrder))];
  });
  return gatherQuality(rows, { windows: [], limits: loadQualityLimits().freshness, nowMs });
}

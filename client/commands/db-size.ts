import { freeBytes } from '../../core/free-bytes.js';
import { quotaBytesOf } from '../../core/product-settings.js';
import { daysUntilFull, growthOf, measureCollections } from '../../store/size.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';

const MEGABYTE = 1_000_000;

/** How large each collection is, how fast it grows, and when quota and disk are full at that rate. */
export async function showSize(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const collections = await withDatabase(config, (db) => measureCollections(db, new Date()));
  const growth = growthOf(collections);
  const { bytes, bytesPerDay, records, bytesPerRecord } = growth;
  const quotaBytes = quotaBytesOf(config.mode);
  const quotaDays = quotaBytes === null ? null : daysUntilFull(quotaBytes - bytes, bytesPerDay);
  const diskFreeBytes = await freeBytes(config.dataFolder);
  const diskDays = daysUntilFull(diskFreeBytes, bytesPerDay);
  const rows = collections
    .filter(({ documents }) => documents > 0)
    .map((size) => [
      size.collection,
      String(size.documents),
      inMb(size.bytes),
      inMb(size.indexBytes),
      size.perDay === null ? '-' : `${Math.round(size.perDay.documents)} (${inMb(size.perDay.bytes)})`,
    ]);
  context.out.data(columnsOf([['COLLECTION', 'DOCUMENTS', 'SIZE', 'INDEXES', 'A DAY'], ...rows]));
  context.out.data(`${config.database}: ${inMb(bytes)}, grows by ${inMb(bytesPerDay)} a day before retention`);
  if (bytesPerRecord !== null)
    context.out.data(
      `${records} records: ${bytesPerRecord} bytes each, ${Math.round(bytesPerDay / records)} more a day`,
    );
  if (quotaBytes !== null) context.out.data(`quota ${inMb(quotaBytes)}: ${inDays(quotaDays)}`);
  if (diskFreeBytes !== null)
    context.out.data(`disk of the data folder, ${inMb(diskFreeBytes)} free: ${inDays(diskDays)}`);
  const forecast = { quotaBytes, quotaDays, diskFreeBytes, diskDays };
  context.out.document({ schemaVersion: 1, database: config.database, ...growth, ...forecast, collections });
  return 0;
}

const inMb = (bytes: number) => `${(bytes / MEGABYTE).toFixed(1)} MB`;

function inDays(days: number | null): string {
  if (days === null) return 'nothing grows';
  return days === 0 ? 'full' : `full in ${days} days`;
}

import { createReadStream, createWriteStream, type Dirent, existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Db } from 'mongodb';
import { isRunDate } from '../../core/dates.js';
import type { RetentionPolicy, RetentionRow } from '../../core/schemas/retention.js';
import type { ArtifactDocument } from '../artifacts.js';
import type { SelectorSetDocument } from '../selector-sets.js';
import { filesOfReports, keepReportRows } from './report-rows.js';

export interface FilesOptions {
  readonly dataFolder: string;
  readonly policy: RetentionPolicy;
  readonly apply: boolean;
  readonly now: Date;
}

const DAY_MS = 86_400_000;
const nothing = { old: 0, cited: 0, marked: 0, removed: 0, bytes: 0 };

/** Removes old files of the data folder: copies of failed pages with their rows, run summaries, reports, logs. A repeat goes on. */
export async function keepFiles(db: Db, options: FilesOptions): Promise<readonly RetentionRow[]> {
  return [
    await keepFailedPages(db, options),
    await keepReportRows(db, options),
    await keepReports(db, options),
    await keepLogs(options),
  ];
}

/** A page of a source whose layout waits for a person is kept. The file goes first, so that no file is without its row. */
async function keepFailedPages(db: Db, { dataFolder, policy, apply, now }: FilesOptions): Promise<RetentionRow> {
  const days = policy.failedPages;
  const waiting = await db
    .collection<SelectorSetDocument>('selector_sets')
    .distinct('source', { state: { $in: ['sampling', 'proposed'] } });
  const artifacts = db.collection<ArtifactDocument>('artifacts');
  const old = await artifacts.find({ at: { $lt: new Date(now.getTime() - days * DAY_MS) } }).toArray();
  const going = old.filter(({ source, code }) => code !== 'SchemaDrift' || !waiting.includes(source));
  for (const { _id, path } of apply ? going : []) {
    await rm(join(dataFolder, path), { force: true });
    await artifacts.deleteOne({ _id });
  }
  const bytes = going.reduce((sum, one) => sum + one.bytes, 0);
  const counted = { old: old.length, cited: old.length - going.length, removed: going.length, bytes };
  return { what: 'failed pages', days, marked: 0, ...counted };
}

/**
 * Folders of days, `artifacts/<day>`: what is left in them are summaries, reports, and pages that are kept for longer. A report about
 * old days that was made lately keeps its files as long as its row.
 */
async function keepReports(db: Db, { dataFolder, policy, apply, now }: FilesOptions): Promise<RetentionRow> {
  const days = policy.reports;
  const folder = join(dataFolder, 'artifacts');
  const before = new Date(now.getTime() - days * DAY_MS).toISOString().slice(0, 10);
  const kept = await filesOfReports(db, days, now);
  const counted = { ...nothing };
  for (const day of (await entriesOf(folder)).filter(({ name }) => isRunDate(name) && name < before)) {
    for (const file of await readdir(join(folder, day.name), { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || !/^(run-summary|report)\./.test(file.name)) continue;
      const path = join(file.parentPath, file.name);
      if (kept.has(relative(dataFolder, path).split('\\').join('/'))) continue;
      counted.old += 1;
      counted.removed += 1;
      counted.bytes += (await stat(path)).size;
      if (apply) await rm(path, { force: true });
    }
  }
  return { what: 'reports', days, ...counted };
}

/** Logs that were put aside (`<part>.log.1`) are packed, packed ones removed. Those that are written to are left alone. */
async function keepLogs({ dataFolder, policy, apply, now }: FilesOptions): Promise<RetentionRow> {
  const { pack: packAfter, remove: days } = policy.logs;
  const folder = join(dataFolder, 'logs');
  const counted = { ...nothing };
  for (const { name } of await entriesOf(folder)) {
    const path = join(folder, name);
    if (!/\.log\.1(\.gz)?$/.test(name)) continue;
    const { size, mtimeMs } = await stat(path);
    const ageDays = (now.getTime() - mtimeMs) / DAY_MS;
    if (ageDays > days) {
      counted.old += 1;
      counted.removed += 1;
      counted.bytes += size;
      if (apply) await rm(path, { force: true });
    } else if (ageDays > packAfter && !name.endsWith('.gz')) {
      counted.marked += 1;
      if (apply) await packFile(path);
    }
  }
  return { what: 'logs', days, ...counted };
}

/** Broken off, the log is still there beside a rest that the next run replaces. */
async function packFile(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz.part`, { mode: 0o600 }));
  await rename(`${path}.gz.part`, `${path}.gz`);
  await rm(path, { force: true });
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return existsSync(folder) ? readdir(folder, { withFileTypes: true }) : [];
}

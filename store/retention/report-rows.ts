import type { Db } from 'mongodb';
import type { RetentionPolicy, RetentionRow } from '../../core/schemas/retention.js';
import type { ReportDocument } from '../reports/reports.js';

const DAY_MS = 86_400_000;

type AgedReport = ReportDocument<{ readonly to?: string }>;
const reportsOf = (db: Db) => db.collection<AgedReport>('reports');

/**
 * Removes rows of `reports` that were made, and are about days, before what is kept; their files are those of such days and go with
 * them. One that is made anew meanwhile stays. A repeat goes on.
 */
export async function keepReportRows(
  db: Db,
  { policy, apply, now }: { readonly policy: RetentionPolicy; readonly apply: boolean; readonly now: Date },
): Promise<RetentionRow> {
  const days = policy.reports;
  const before = new Date(now.getTime() - days * DAY_MS);
  const rows = await reportsOf(db)
    .find({ at: { $lt: before } }, { projection: { 'model.to': 1 } })
    .toArray();
  const old = rows.filter(({ model }) => (model?.to ?? '') < dayOf(before));
  for (const { _id } of apply ? old : []) await reportsOf(db).deleteOne({ _id, at: { $lt: before } });
  const { avgObjSize } = await db.command({ collStats: 'reports' });
  const bytes = Math.round(old.length * Number(avgObjSize ?? 0));
  return { what: 'report rows', days, old: old.length, cited: 0, marked: 0, removed: old.length, bytes };
}

/** Files about old days, relative to the data folder, whose reports were made within the days that reports are kept. */
export async function filesOfReports(db: Db, days: number, now: Date): Promise<ReadonlySet<string>> {
  const before = new Date(now.getTime() - days * DAY_MS);
  const rows = await reportsOf(db)
    .find({ at: { $gte: before }, 'model.to': { $lt: dayOf(before) } }, { projection: { files: 1 } })
    .toArray();
  return new Set(rows.flatMap(({ files }) => files));
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);

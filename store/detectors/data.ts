import type { BackupDrillDocument } from '../backup/drill.js';
import type {
  QuarantineDocument,
  QueueDocument,
  RecordVersionDocument,
  RunDocument,
  WindowDocument,
} from '../documents.js';
import { lastQualityRun, type QualityRunDocument } from '../quality.js';
import { verifyDatabase } from '../verify/verify.js';
import { DAILY, DAY_MS, type Detector, HOUR_MS, latestDay, percent } from './context.js';

/** Hours that the oldest property has been waiting for the model. */
export const queueAge: Detector = async ({ db, market, nowMs }) => {
  const oldest = await db
    .collection<QueueDocument>('processing_queue')
    .findOne({ market, state: 'pending' }, { sort: { updatedAt: 1 }, projection: { updatedAt: 1 } });
  if (oldest === null) return [];
  const value = (nowMs - oldest.updatedAt.getTime()) / HOUR_MS;
  return [{ subject: DAILY, value, text: `${oldest._id} has been waiting for the model for ${Math.round(value)} h` }];
};

/** Shares of the quality of the latest run that was judged; those of too few properties say nothing. */
const ofQuality =
  (what: string, share: (gathered: QualityRunDocument['gathered']) => number | null): Detector =>
  async ({ db, market, nowMs }) => {
    const run = await lastQualityRun(db, market, nowMs);
    const value = run === null || run.gate.state === 'too-few' ? null : share(run.gathered);
    if (run === null || value === null) return [];
    const { properties } = run.gathered;
    return [
      { subject: DAILY, value, text: `${what} of ${properties} properties on ${run.runDate}: ${percent(value)}` },
    ];
  };

export const completeness = ofQuality(
  'facts known of those asked for',
  ({ completenessOfAsked }) => completenessOfAsked,
);
export const factsAgreed = ofQuality('agreement of sources', ({ agreement }) => agreement);
export const propertiesDoubled = ofQuality('duplicates', ({ duplicates }) => duplicates);

/** 1 where the latest run is below its gate. */
export const qualityGate: Detector = async ({ db, market, nowMs }) => {
  const run = await lastQualityRun(db, market, nowMs);
  if (run?.gate.state !== 'below') return [];
  return [{ subject: DAILY, value: 1, text: `${run.runDate}: ${run.gate.reasons.slice(0, 2).join('; ')}` }];
};

const LEAST_ROWS = 20;

/** Share of the rows of the latest day that could be read, by source. */
export const rowsValid: Detector = async (context) => {
  const summary = (await latestDay(context))?.summary ?? null;
  return (summary?.sources ?? []).flatMap(({ name, zips }) => {
    const seen = zips.reduce((sum, zip) => sum + zip.seen, 0);
    const quarantined = zips.reduce((sum, zip) => sum + zip.quarantined, 0);
    if (seen < LEAST_ROWS) return [];
    const text = `${quarantined} of ${seen} rows of ${name} could not be read`;
    return [{ subject: name, value: 1 - quarantined / seen, text }];
  });
};

const LATEST_VERSIONS = 1_000;

/** Mean time from an answer to its record, in seconds, of the latest day. */
export const storeSeconds: Detector = async (context) => {
  const run = await latestDay(context);
  if (run === null) return [];
  const versions = await context.db
    .collection<RecordVersionDocument>('record_versions')
    .find({ runKey: run._id }, { projection: { validFrom: 1, knownFrom: 1 } })
    .limit(LATEST_VERSIONS)
    .toArray();
  if (versions.length < LEAST_ROWS) return [];
  const totalMs = versions.reduce((sum, one) => sum + one.knownFrom.getTime() - one.validFrom.getTime(), 0);
  const value = totalMs / versions.length / 1_000;
  return [
    { subject: DAILY, value, text: `${versions.length} records were stored ${value.toFixed(1)} s after they came` },
  ];
};

/** Documents of each collection that one look takes. */
const VERIFIED = 40;
const TOLD_FAULTS = 3;

/** Faults in a sample of the database. Looks while no run is writing: what is being written may look like a fault. */
export const integrityFaults: Detector = async ({ db, kindOrder }) => {
  if ((await db.collection<RunDocument>('runs').findOne({ status: 'running' })) !== null) return [];
  const faults: string[] = [];
  for await (const finding of verifyDatabase(db, { sample: VERIFIED, kindOrder })) {
    if (finding.kind === 'fault')
      faults.push(`${finding.fault.collection} ${finding.fault.id}: ${finding.fault.wrong}`);
  }
  const text = `${faults.length} faults in a sample; ${faults.slice(0, TOLD_FAULTS).join('; ')}`;
  return [{ subject: 'database', value: faults.length, text }];
};

/** Stored texts that a secret could have slipped into. Says where, never what. */
export const secretSeen: Detector = async ({ db, secrets, nowMs }) => {
  if (secrets.length === 0) return [];
  const since = new Date(nowMs - DAY_MS);
  const places = {
    runs: db.collection<RunDocument>('runs').find({ startedAt: { $gte: since } }),
    windows: db.collection<WindowDocument>('windows').find({ updatedAt: { $gte: since } }),
    quarantine: db
      .collection<QuarantineDocument>('quarantine')
      .find({ at: { $gte: since } })
      .limit(LATEST_VERSIONS),
    alerts: db.collection('alerts').find({ lastSeenAt: { $gte: since } }),
  };
  const readings = await Promise.all(
    Object.entries(places).map(async ([subject, cursor]) => {
      const found: unknown[] = await cursor.toArray();
      const hits = found.filter((document) => holdsAny(JSON.stringify(document), secrets)).length;
      return { subject, value: hits, text: `${hits} documents of ${subject} hold a secret` };
    }),
  );
  return readings.filter(({ value }) => value > 0);
};

function holdsAny(text: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => text.includes(secret));
}

const lastDrill = ({ db }: Parameters<Detector>[0]) =>
  db.collection<BackupDrillDocument>('backup_drills').findOne({}, { sort: { at: -1 } });

export const drillFailed: Detector = async (context) => {
  const drill = await lastDrill(context);
  if (drill === null || drill.ok) return [];
  return [{ subject: 'backup', value: 1, text: `the last rehearsal failed: ${drill.problems.slice(0, 2).join('; ')}` }];
};

export const drillAge: Detector = async (context) => {
  const drill = await lastDrill(context);
  if (drill === null) return [];
  const value = (context.nowMs - drill.at.getTime()) / DAY_MS;
  return [{ subject: 'backup', value, text: `the backup was rehearsed ${Math.round(value)} days ago` }];
};

export const drillPassed: Detector = async (context) => {
  const drill = await lastDrill(context);
  if (!drill?.ok) return [];
  const { _id, documents } = drill;
  return [{ subject: _id, value: 1, text: `a backup of ${documents} documents was made, restored and found equal` }];
};

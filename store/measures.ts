import type { Db } from 'mongodb';
import type { Detection, Measure } from '../core/schemas/alerts.js';

/** How busy a machine was in five minutes: sums of samples, so that every worker on it may add its own. */
export interface MachineRow {
  /** Host and beginning of the five minutes. */
  readonly _id: string;
  readonly kind: 'machine';
  readonly host: string;
  /** Beginning of the five minutes. */
  readonly at: Date;
  /** By part: samples, their sum, the highest; each sample from 0 to 1. Parts that cannot be told are left out. */
  readonly parts: Readonly<Partial<Record<MachinePart, Tally>>>;
}

/** Readings of the measures of alerts in one hour. */
export interface ReadingsRow {
  /** Market and hour. */
  readonly _id: string;
  readonly kind: 'readings';
  readonly market: string;
  /** Beginning of the hour. */
  readonly at: Date;
  readonly measures: Readonly<Partial<Record<Measure, Tally & { readonly min: number }>>>;
}

export interface Tally {
  readonly n: number;
  readonly sum: number;
  readonly max: number;
}

/** The last readings of a market. */
interface LatestRow {
  readonly _id: string;
  readonly kind: 'latest';
  readonly market: string;
  readonly at: Date;
  readonly measures: Readonly<Partial<Record<Measure, LatestReading>>>;
}

/** Per market: when it was evaluated last, and the last readings. */
export type LatestMeasures = ReadonlyMap<string, Pick<LatestRow, 'at' | 'measures'>>;

/** Lowest and highest over the subjects of a measure, in its own unit. */
export interface LatestReading {
  readonly lowest: number;
  readonly highest: number;
  readonly at: Date;
}

/** A person's command to a run or a part of one. */
interface CommandRow {
  readonly _id: string;
  readonly kind: 'command';
  readonly workflowId: string;
  readonly verb: string;
  readonly at: Date;
}

export const MACHINE_PARTS = ['cpu', 'memory', 'disk', 'diskBusy'] as const;
export type MachinePart = (typeof MACHINE_PARTS)[number];
export type MachineSample = Readonly<Record<MachinePart, number | null>>;

const SLOT_MS = 300_000;
const HOUR_MS = 3_600_000;
const measuresOf = <T extends { readonly _id: string }>(db: Db) => db.collection<T>('measures');

/** Adds a sample to its five minutes. A repeat counts twice, which hardly moves a mean. */
export async function noteMachine(db: Db, host: string, sample: MachineSample, nowMs: number): Promise<void> {
  const at = new Date(Math.floor(nowMs / SLOT_MS) * SLOT_MS);
  const known = MACHINE_PARTS.flatMap((part) => (sample[part] === null ? [] : [[part, sample[part]] as const]));
  if (known.length === 0) return;
  const sums = known.flatMap(([part, value]) => [
    [`parts.${part}.n`, 1],
    [`parts.${part}.sum`, value],
  ]);
  await measuresOf<MachineRow>(db).updateOne(
    { _id: `machine ${host} ${at.toISOString()}` },
    {
      $setOnInsert: { kind: 'machine', host, at },
      $inc: Object.fromEntries(sums),
      $max: Object.fromEntries(known.map(([part, value]) => [`parts.${part}.max`, value])),
    },
    { upsert: true },
  );
}

/** Keeps what an evaluation of alerts measured: the last readings, and those of the hour. Measures without a reading are forgotten. */
export async function noteReadings(
  db: Db,
  market: string,
  detections: readonly Detection[],
  nowMs: number,
): Promise<void> {
  const at = new Date(nowMs);
  const read = detections.flatMap(({ measure, readings }) => {
    const values = readings.map(({ value }) => value);
    return values.length === 0
      ? []
      : [{ measure, lowest: Math.min(...values), highest: Math.max(...values), n: values.length, sum: sumOf(values) }];
  });
  const empty = detections.filter(({ readings }) => readings.length === 0).map(({ measure }) => measure);
  const set = Object.fromEntries(
    read.map(({ measure, lowest, highest }) => [`measures.${measure}`, { lowest, highest, at }]),
  );
  await measuresOf<LatestRow>(db).updateOne(
    { _id: `latest ${market}` },
    {
      $set: { kind: 'latest', market, at, ...set },
      ...(empty.length === 0 ? {} : { $unset: Object.fromEntries(empty.map((name) => [`measures.${name}`, ''])) }),
    },
    { upsert: true },
  );
  if (read.length === 0) return;
  const hour = new Date(Math.floor(nowMs / HOUR_MS) * HOUR_MS);
  const by = (field: string, value: (one: (typeof read)[number]) => number) =>
    Object.fromEntries(read.map((one) => [`measures.${one.measure}.${field}`, value(one)]));
  await measuresOf<ReadingsRow>(db).updateOne(
    { _id: `readings ${market} ${hour.toISOString()}` },
    {
      $setOnInsert: { kind: 'readings', market, at: hour },
      $inc: { ...by('n', ({ n }) => n), ...by('sum', ({ sum }) => sum) },
      $max: by('max', ({ highest }) => highest),
      $min: by('min', ({ lowest }) => lowest),
    },
    { upsert: true },
  );
}

/** The last readings of each market, by measure. */
export async function latestMeasures(db: Db): Promise<LatestMeasures> {
  const rows = await measuresOf<LatestRow>(db).find({ kind: 'latest' }).toArray();
  return new Map(rows.map(({ market, at, measures = {} }) => [market, { at, measures }]));
}

/** Five-minute rows of all machines that touch a time, oldest first. */
export async function machineBetween(db: Db, fromMs: number, toMs: number): Promise<readonly MachineRow[]> {
  return measuresOf<MachineRow>(db)
    .find({ kind: 'machine', at: { $gt: new Date(fromMs - SLOT_MS), $lte: new Date(toMs) } })
    .sort({ at: 1 })
    .toArray();
}

/** Readings of a market by hour, oldest first. */
export async function readingsSince(db: Db, market: string, since: Date): Promise<readonly ReadingsRow[]> {
  return measuresOf<ReadingsRow>(db)
    .find({ kind: 'readings', market, at: { $gte: since } })
    .sort({ at: 1 })
    .toArray();
}

/** Beginnings of the hours since a time, epoch milliseconds, in which an evaluation of a market measured something. */
export async function hoursWatched(db: Db, market: string, since: Date): Promise<ReadonlySet<number>> {
  const rows = await measuresOf<ReadingsRow>(db)
    .find({ kind: 'readings', market, at: { $gte: since } }, { projection: { at: 1 } })
    .toArray();
  return new Set(rows.map(({ at }) => at.getTime()));
}

/** Keeps that a person steered a run, so that its day is not counted as one that went by itself. */
export async function noteCommand(db: Db, workflowId: string, verb: string, at: Date): Promise<void> {
  const _id = `command ${workflowId} ${at.toISOString()}`;
  await measuresOf<CommandRow>(db).insertOne({ _id, kind: 'command', workflowId, verb, at });
}

/** Commands of persons since a time. */
export async function commandsSince(db: Db, since: Date): Promise<readonly CommandRow[]> {
  return measuresOf<CommandRow>(db)
    .find({ kind: 'command', at: { $gte: since } })
    .toArray();
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

import type { Db } from 'mongodb';
import type { Json } from '../core/hash.js';

/** What of alerts and roster can be changed without a new release. */
export type SettingTopic = 'alert-rule' | 'person' | 'rotation' | 'tuning';

/** `settings`: a change of `config/` by a person. Rows are only ever added; the latest of a topic and subject holds. */
interface SettingDocument {
  readonly topic: SettingTopic;
  /** Name of the rule, id of the person, role of the rotation. */
  readonly subject: string;
  /** A `value` of null takes it back. */
  readonly values: { readonly value: Json };
  readonly by: string;
  readonly note: string;
  readonly at: Date;
}

export interface SettingChange extends Pick<SettingDocument, 'topic' | 'subject' | 'by' | 'note'> {
  readonly value: Json;
}

/** Adds a change. */
export async function changeSetting(db: Db, { value, ...change }: SettingChange): Promise<void> {
  await db.collection<SettingDocument>('settings').insertOne({ ...change, values: { value }, at: new Date() });
}

/** A change that holds, with who made it. */
export interface Standing extends Pick<SettingDocument, 'by' | 'note' | 'at'> {
  readonly value: Json;
}

/** The changes of a topic that hold, by subject. Those that were taken back are left out. */
export async function standingSettings(db: Db, topic: SettingTopic): Promise<ReadonlyMap<string, Json>> {
  return new Map([...(await standingWithWords(db, topic))].map(([subject, { value }]) => [subject, value]));
}

/** The same with who made each, when and why. */
export async function standingWithWords(db: Db, topic: SettingTopic): Promise<ReadonlyMap<string, Standing>> {
  const all = await db.collection<SettingDocument>('settings').find({ topic }).sort({ at: 1, _id: 1 }).toArray();
  const latest = new Map(
    all.map(({ subject, values, by, note, at }) => [subject, { value: values.value, by, note, at }]),
  );
  return new Map([...latest].filter(([, { value }]) => value !== null));
}

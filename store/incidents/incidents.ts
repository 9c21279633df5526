import type { Db } from 'mongodb';
import type { IncidentState, KnownFault, RecoveryTry, TimelineEntry } from '../../core/schemas/incidents.js';

type Dated = 'openedAt' | 'roundAt' | 'acknowledgedAt' | 'recoveredAt' | 'resolvedAt';

/** `incidents`: how an incident stands, as its workflow knows. Written by it alone; its query gives the same. */
export interface IncidentDocument
  extends Omit<IncidentState, 'id' | Dated | 'faults' | 'checked' | 'tried' | 'timeline'> {
  /** `ids.incidentId`. */
  readonly _id: string;
  readonly openedAt: Date;
  readonly roundAt: Date;
  readonly acknowledgedAt: Date | null;
  readonly recoveredAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly faults: readonly (Omit<KnownFault, 'at' | 'since'> & { readonly at: Date; readonly since: Date })[];
  readonly checked: readonly { readonly step: number; readonly by: string; readonly at: Date }[];
  readonly tried: readonly (Omit<RecoveryTry, 'at'> & { readonly at: Date })[];
}

/** `incident_timeline`: what happened. Rows are only ever added. */
interface TimelineDocument extends Omit<TimelineEntry, 'at'> {
  readonly _id: string;
  readonly incidentId: string;
  readonly at: Date;
}

const incidentsOf = (db: Db) => db.collection<IncidentDocument>('incidents');
const timelineOf = (db: Db) => db.collection<TimelineDocument>('incident_timeline');

/** Writes down how an incident stands and what is new of its timeline. Safe to repeat; an older state never wins. */
export async function keepIncident(db: Db, { timeline, ...state }: IncidentState, afterSeq: number): Promise<void> {
  for (const entry of timeline.filter(({ seq }) => seq > afterSeq)) {
    const { at, ...rest } = entry;
    const row = { ...rest, incidentId: state.id, at: new Date(at) };
    await timelineOf(db).updateOne({ _id: `${state.id}#${entry.seq}` }, { $setOnInsert: row }, { upsert: true });
  }
  const { _id, ...document } = documentOf(state);
  const known = await incidentsOf(db).findOne({ _id }, { projection: { seq: 1 } });
  if (known === null) await incidentsOf(db).updateOne({ _id }, { $setOnInsert: document }, { upsert: true });
  await incidentsOf(db).updateOne({ _id, seq: { $lte: state.seq } }, { $set: document });
}

/** Incidents of a market that are in some states, the latest first. */
export async function listIncidents(
  db: Db,
  market: string,
  statuses: readonly IncidentState['status'][],
  limit: number,
): Promise<readonly IncidentDocument[]> {
  return incidentsOf(db)
    .find({ market, status: { $in: [...statuses] } })
    .sort({ openedAt: -1 })
    .limit(limit)
    .toArray();
}

/** One incident by its id; by market and cause alone, the latest of them. Null when there is none. */
export async function findIncident(db: Db, name: string): Promise<IncidentDocument | null> {
  const exact = await incidentsOf(db).findOne({ _id: name });
  if (exact !== null) return exact;
  const slash = name.indexOf('/');
  const [market, cause] = [name.slice(0, slash), name.slice(slash + 1)];
  return incidentsOf(db).findOne({ market, cause }, { sort: { openedAt: -1 } });
}

/** All that happened in an incident, the oldest first. */
export async function timelineOfIncident(db: Db, incidentId: string): Promise<readonly TimelineEntry[]> {
  const rows = await timelineOf(db).find({ incidentId }).sort({ seq: 1 }).toArray();
  return rows.map(({ seq, at, kind, by, text }) => ({ seq, at: at.toISOString(), kind, by, text }));
}

/** An incident as its workflow knows it, with a timeline of its read model. */
export function stateOf(document: IncidentDocument, timeline: readonly TimelineEntry[]): IncidentState {
  const { _id, openedAt, roundAt, acknowledgedAt, recoveredAt, resolvedAt, faults, checked, tried, ...same } = document;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    ...{ id: _id, ...same, timeline },
    openedAt: openedAt.toISOString(),
    roundAt: roundAt.toISOString(),
    ...{ acknowledgedAt: iso(acknowledgedAt), recoveredAt: iso(recoveredAt), resolvedAt: iso(resolvedAt) },
    faults: faults.map(({ at, since, ...one }) => ({ ...one, at: at.toISOString(), since: since.toISOString() })),
    checked: checked.map(({ at, ...one }) => ({ ...one, at: at.toISOString() })),
    tried: tried.map(({ at, ...one }) => ({ ...one, at: at.toISOString() })),
  };
}

function documentOf({ id, ...state }: Omit<IncidentState, 'timeline'>): IncidentDocument {
  const date = (at: string | null) => (at === null ? null : new Date(at));
  const { acknowledgedAt, recoveredAt, resolvedAt } = state;
  return {
    ...{ _id: id, ...state },
    openedAt: new Date(state.openedAt),
    roundAt: new Date(state.roundAt),
    ...{ acknowledgedAt: date(acknowledgedAt), recoveredAt: date(recoveredAt), resolvedAt: date(resolvedAt) },
    faults: state.faults.map(({ at, since, ...one }) => ({ ...one, at: new Date(at), since: new Date(since) })),
    checked: state.checked.map(({ at, ...one }) => ({ ...one, at: new Date(at) })),
    tried: state.tried.map(({ at, ...one }) => ({ ...one, at: new Date(at) })),
  };
}

import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { Source } from '../../core/source.js';
import { sourceTargets } from '../../sources/index.js';
import {
  DECISION_OF,
  type DecisionDocument,
  type DecisionKind,
  PERMITS,
  pauseSentence,
  standingDecisions,
} from '../../store/decisions.js';
import { readEmergency } from '../../store/emergency.js';
import { lastAsked } from '../../store/fetches.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { driftNotes } from '../drift-notes.js';
import { columnsOf } from '../output.js';
import { sourcesForPlans } from '../plan-sources.js';
import { emergencySentence } from './emergency.js';

/** Every source: where it goes, how fast, and what a person decided about it. */
export async function listSources(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const { rows, emergency } = await withDatabase(config, async (db) => {
    const [decisions, asked, notes, state] = await Promise.all([
      standingDecisions(db),
      lastAsked(db),
      driftNotes(db),
      readEmergency(db),
    ]);
    const rows = sourcesForPlans(config).map((source) => {
      const row = rowOf(config, source, decisions, asked.get(source.name) ?? null);
      const held = state.frozen === null ? row : { ...row, state: 'frozen', reason: state.frozen };
      return { ...held, notes: notes.get(source.name) ?? [] };
    });
    return { rows, emergency: state };
  });
  context.out.document(rows);
  const shown = rows.map(({ source, state, host, limit, pace, permission, permits, lastAskedAt }) => [
    source,
    state,
    host,
    `${limit.requests} in ${seconds(limit.windowMs)}${pace === null ? '' : `, held to ${pace.requests} in ${seconds(pace.windowMs)}`}`,
    [permission.state, ...permits.filter((one) => one !== 'collection')].join(', '),
    lastAskedAt ?? 'never',
  ]);
  context.out.data(columnsOf([['SOURCE', 'STATE', 'HOST', 'LIMIT', 'PERMISSION', 'LAST ASKED'], ...shown]));
  const forAll = emergencySentence(emergency);
  if (forAll !== null) context.out.data(forAll);
  for (const { source, reason, notes } of rows) {
    for (const note of reason === null || reason === emergency.frozen ? notes : [reason, ...notes])
      context.out.data(`${source}: ${note}`);
  }
  return 0;
}

function rowOf(config: Config, source: Source, decisions: readonly DecisionDocument[], lastAskedAt: Date | null) {
  const { name, via, history, traits } = source;
  const { origin, limit } = sourceTargets(config)[name];
  const of = (kind: DecisionKind) => decisionOf(decisions, kind, name);
  const [pause, permission] = [of('pause'), of('permission')];
  const paused = pause?.granted ? pauseSentence(pause) : null;
  const pace = of('pace');
  return {
    schemaVersion: 1,
    source: name,
    state: paused !== null ? 'paused' : traits.notConfigured !== null ? 'not configured' : 'ready',
    reason: paused ?? traits.notConfigured,
    via,
    history,
    host: new URL(origin).host,
    limit: { requests: limit.windowLimit, windowMs: limit.windowMs, inFlight: limit.inFlight },
    pace: pace?.granted ? (pace.pace ?? null) : null,
    permission: {
      state: permission?.granted ? 'held' : traits.needsPermission ? 'needed' : 'not needed',
      reference: permission?.reference ?? null,
      by: permission?.by ?? null,
      at: permission?.at.toISOString() ?? null,
    },
    permits: PERMITS.filter((one) => of(DECISION_OF[one])?.granted === true),
    lastAskedAt: lastAskedAt?.toISOString() ?? null,
  };
}

function decisionOf(
  decisions: readonly DecisionDocument[],
  kind: DecisionKind,
  subject: SourceName,
): DecisionDocument | null {
  return decisions.find((one) => one.kind === kind && one.subject === subject) ?? null;
}

const seconds = (milliseconds: number) => `${milliseconds / 1_000} s`;

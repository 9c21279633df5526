import { changeInWords } from '../../reports/shape-change.js';
import { stopsByDrift } from '../../store/artifacts.js';
import { shapeChanges } from '../../store/json-shapes.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { RECENT_MS } from '../drift-notes.js';
import { Faults, theMarket } from '../run-request.js';
import { readOneSource, readSince } from '../source-request.js';

export interface DriftFlags {
  readonly since?: string;
}

/** Exit code of a check that found a problem: a source was stopped. */
const FOUND = 3;

/**
 * How the answers of sources differ from those before: optional places as warnings, and what stopped a source, with the
 * answer that was kept.
 * @returns 3 when a source was stopped in this time, else 0
 */
export async function listDrift(context: CliContext, text: string | null, flags: DriftFlags): Promise<number> {
  const faults = new Faults();
  const [, market] = theMarket();
  const source = text === null ? null : readOneSource(text, faults);
  const since = readSince(flags.since, market, faults) ?? new Date(Date.now() - RECENT_MS);
  faults.throwAny();
  const { config } = await readSetting(context);
  const { changes, stops } = await withDatabase(config, async (db) => ({
    changes: await shapeChanges(db, { ...(source === null ? {} : { source }), since }),
    stops: await stopsByDrift(db, source, since),
  }));
  const stopped = stops.map(({ source: of, endpoint, problem, path, at, runKey }) => ({
    source: of,
    kind: endpoint,
    problem: problem ?? 'not written down',
    keptAs: path,
    at: at.toISOString(),
    runKey,
  }));
  context.out.document({
    schemaVersion: 1,
    since: since.toISOString(),
    stopped,
    warnings: changes.map(({ seenAt, ...change }) => ({ ...change, seenAt: seenAt.toISOString() })),
  });
  for (const { source: of, kind, problem, keptAs, at } of stopped) {
    context.out.data(`STOPPED ${at} ${of} ${kind}: ${problem}`);
    context.out.data(`        kept as ${keptAs}`);
  }
  for (const change of changes) context.out.data(`warning ${changeInWords(change)}`);
  if (stopped.length + changes.length === 0) context.out.note('no answer differs from those before it');
  return stopped.length > 0 ? FOUND : 0;
}

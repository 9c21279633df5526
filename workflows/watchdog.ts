import type { WatchdogInput, WatchdogResult, WatchVerdict } from '../core/schemas/incidents.js';
import { watchFaults } from '../domain/incidents/watch.js';
import { watch, watchMemory } from './activity-proxies.js';
import { reasonOf } from './failures.js';
import { raiseFault } from './raise-fault.js';
import { startMissedDay } from './start-missed-day.js';

/**
 * One round: looks whether the day began, moves and ends, and whether alerts are evaluated at all. A day that nobody began is started;
 * what it cannot put right it tells the incident of the same cause, once.
 */
export async function watchdog({ market }: WatchdogInput): Promise<WatchdogResult> {
  const atMs = Date.now();
  const { state, verdicts: seen, faults: before } = await watch.lookAtDay({ market, atMs });
  const { verdicts, acts } = state === 'missed' ? await begin(market, seen) : { verdicts: seen, acts: [] };
  const { raised, faults } = watchFaults(market, verdicts, before, new Date(atMs).toISOString());
  for (const one of raised) await raiseFault(one);
  await watchMemory.keepRound({ market, atMs, state, verdicts, acts, faults });
  return { state, verdicts, acts };
}

/** A day that was started and still is not begun in the next round is for a person. */
async function begin(
  market: string,
  seen: readonly WatchVerdict[],
): Promise<{ readonly verdicts: readonly WatchVerdict[]; readonly acts: readonly string[] }> {
  const { outcome, text } = await startMissedDay(market).catch((problem: unknown) => {
    const { code, message } = reasonOf(problem);
    return { outcome: 'failed' as const, text: `${code}: ${message}` };
  });
  const verdict: WatchVerdict = { kind: 'not-started', raise: outcome !== 'done', text };
  return { verdicts: [...seen, verdict], acts: outcome === 'done' ? [text] : [] };
}

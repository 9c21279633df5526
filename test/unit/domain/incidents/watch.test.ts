import { describe, expect, it } from '@jest/globals';
import type { WatchFault, WatchVerdict } from '../../../../core/schemas/incidents.js';
import { watchFaults } from '../../../../domain/incidents/watch.js';

const AT = '2026-03-02T10:15:00.000Z';
const EARLIER = '2026-03-02T06:15:00.000Z';
const stuck: WatchVerdict = { kind: 'stuck', raise: true, text: 'nothing for 25 min' };
const slow: WatchVerdict = { kind: 'slow', raise: false, text: 'over its budget' };
const known = (open: boolean, seq: number, toldAt = AT): WatchFault => ({
  ...{ kind: 'stuck', seq, open },
  ...(open ? { toldAt } : {}),
});

describe('what the watchdog tells incidents', () => {
  it.each<[string, readonly WatchVerdict[], readonly WatchFault[], readonly string[], readonly WatchFault[]]>([
    ['what is new', [stuck], [], ['fired 1 true'], [known(true, 1)]],
    ['nothing of what goes on', [stuck], [known(true, 1)], [], [known(true, 1)]],
    ['again what went on for hours', [stuck], [known(true, 1, EARLIER)], ['reminded 2 true'], [known(true, 2)]],
    [
      'what an earlier version told, from now on',
      [stuck],
      [{ kind: 'stuck', seq: 1, open: true }],
      [],
      [known(true, 1)],
    ],
    ['what is over, to an incident that there is', [], [known(true, 1)], ['recovered 2 false'], [known(false, 2)]],
    ['what comes back', [stuck], [known(false, 2)], ['fired 3 true'], [known(true, 3)]],
    ['nothing of what alerts tell', [slow], [], [], []],
    ['nothing where nothing is wrong', [], [known(false, 2)], [], [known(false, 2)]],
  ])('%s', (_name, verdicts, before, expected, kept) => {
    const { raised, faults } = watchFaults('phoenix', verdicts, before, AT);
    expect(raised.map(({ fault, opens }) => `${fault.kind} ${fault.seq} ${opens}`)).toEqual(expected);
    expect(faults).toEqual(kept);
  });

  it('in the incident that the alert about the same opens', () => {
    const { raised } = watchFaults('phoenix', [stuck], [], AT);
    expect(raised).toEqual([
      expect.objectContaining({ cause: 'run/start', fault: expect.objectContaining({ rule: 'watchdog-stuck' }) }),
    ]);
  });
});

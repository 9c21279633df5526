import type { RaisedAlert } from '../../core/schemas/alerts.js';
import type { WatchFault, WatchKind, WatchVerdict } from '../../core/schemas/incidents.js';
import type { IncidentSeverity } from '../../core/schemas/names.js';

interface Told {
  readonly cause: string;
  readonly severity: IncidentSeverity;
}

/** What an incident is told of a finding. The causes are those of the alerts about the same, so that both are one incident. */
const TOLD: Readonly<Record<WatchKind, Told>> = {
  'not-started': { cause: 'run/start', severity: 'P1' },
  stuck: { cause: 'run/start', severity: 'P2' },
  hanging: { cause: 'run/time', severity: 'P2' },
  slow: { cause: 'run/time', severity: 'P3' },
  few: { cause: 'run/success', severity: 'P3' },
  evaluation: { cause: 'alerts/evaluation', severity: 'P1' },
};

/** As the alerts of severity P1: who took it for over hears that it is not. */
const REMIND_MS = 4 * 3_600_000;

/**
 * What incidents are to be told after a look: what is new, what still is after four hours, and what is over. What goes on is known to them.
 * @param before what was told up to now
 * @param at ISO 8601 UTC
 */
export function watchFaults(
  market: string,
  verdicts: readonly WatchVerdict[],
  before: readonly WatchFault[],
  at: string,
): { readonly raised: readonly RaisedAlert[]; readonly faults: readonly WatchFault[] } {
  const wrong = new Map(verdicts.filter(({ raise }) => raise).map((one) => [one.kind, one.text]));
  const kinds = [...new Set([...wrong.keys(), ...before.map(({ kind }) => kind)])];
  const raised: RaisedAlert[] = [];
  const faults: WatchFault[] = [];
  for (const kind of kinds) {
    const known: WatchFault = before.find((one) => one.kind === kind) ?? { kind, seq: 0, open: false };
    const text = wrong.get(kind) ?? null;
    const open = text !== null;
    const word = wordOn(known, open, at);
    if (word === null) {
      faults.push(open ? { toldAt: at, ...known } : known);
      continue;
    }
    const seq = known.seq + 1;
    const { cause, severity } = TOLD[kind];
    const rule = `watchdog-${kind}`;
    const fault = { alertId: `${market}/${rule}`, seq, rule, severity, by: null, at };
    raised.push({
      ...{ market, cause, opens: open },
      fault: {
        ...fault,
        kind: word,
        text: text ?? 'the watchdog does not find it any more',
      },
    });
    faults.push(open ? { kind, seq, open, toldAt: at } : { kind, seq, open });
  }
  return { raised, faults };
}

/** What an incident is to hear of a finding; null where it knows. */
function wordOn(known: WatchFault, open: boolean, at: string): 'fired' | 'reminded' | 'recovered' | null {
  if (open !== known.open) return open ? 'fired' : 'recovered';
  const { toldAt = at } = known;
  return open && Date.parse(at) - Date.parse(toldAt) >= REMIND_MS ? 'reminded' : null;
}

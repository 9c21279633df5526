import type { IncidentState } from '../../core/schemas/incidents.js';
import { INCIDENT_SEVERITIES, type IncidentSeverity } from '../../core/schemas/names.js';

/** Whether the first is worse than the second. */
export function isWorse(one: IncidentSeverity, other: IncidentSeverity): boolean {
  return INCIDENT_SEVERITIES.indexOf(one) < INCIDENT_SEVERITIES.indexOf(other);
}

/** The severity that a text names; null for none that an incident can have. */
export function severityNamed(text: string): IncidentSeverity | null {
  return INCIDENT_SEVERITIES.find((one) => one === text) ?? null;
}

/** What is wrong now, the worst first. */
export function openFaults({ faults }: Pick<IncidentState, 'faults'>): IncidentState['faults'] {
  return faults
    .filter(({ over }) => !over)
    .toSorted((a, b) => INCIDENT_SEVERITIES.indexOf(a.severity) - INCIDENT_SEVERITIES.indexOf(b.severity));
}

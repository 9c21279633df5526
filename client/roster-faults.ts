import { loadIncidentSettings } from '../core/product-settings.js';
import { LEVELS, type Roster } from '../core/schemas/roster.js';
import { rosterFaults } from '../domain/roster.js';

/** What is wrong with a roster, with the levels and roles that incidents call. A sentence each. */
export function faultsOfRoster(roster: Roster): readonly string[] {
  return rosterFaults(roster, LEVELS, [...new Set(Object.values(loadIncidentSettings().levels).flat())]);
}

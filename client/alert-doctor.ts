import type { Config } from '../core/config.js';
import { PhoenixError } from '../core/errors.js';
import { loadRoster } from '../core/product-settings.js';
import { channelReadiness } from '../notify/tellers.js';
import type { DoctorLine } from '../stack/doctor-line.js';
import { standingRoster } from '../store/alerts/settings.js';
import { withDatabase } from './connect.js';
import { faultsOfRoster } from './roster-faults.js';

/** Whether somebody answers at every level. Without a database the file alone is looked at. */
export async function checkRoster(config: Config): Promise<DoctorLine> {
  const file = loadRoster();
  const standing = await withDatabase(config, (db) => standingRoster(db, file)).catch(whenAway);
  const roster = standing ?? file;
  const seen = standing === null ? ' (by the file: the database does not answer)' : '';
  const faults = faultsOfRoster(roster);
  const people = Object.keys(roster.people).length;
  if (faults.length === 0)
    return { part: 'roster', state: 'ok', evidence: `${people} people, every level answered${seen}`, fix: null };
  const evidence = people === 0 ? 'nobody is on it: alerts go to RECIPIENT_EMAILS alone' : faults.join('; ');
  return {
    part: 'roster',
    state: config.mode === 'production' ? 'problem' : 'warning',
    evidence: `${evidence}${seen}`,
    fix: 'phx contacts set puts people on it',
  };
}

/** Other lines of the doctor say why the database is away. */
function whenAway(problem: unknown): null {
  if (problem instanceof PhoenixError) return null;
  throw problem;
}

/** Which channels of alerts are set up. */
export function checkChannels(config: Config): DoctorLine {
  const channels = channelReadiness(config);
  const ready = channels.filter(({ reason }) => reason === null).map(({ channel }) => channel);
  const lacking = channels.flatMap(({ channel, reason }) => (reason === null ? [] : [`${channel} (${reason})`]));
  const evidence = `channels: ${ready.join(', ') || 'none'}${lacking.length === 0 ? '' : `; not ${lacking.join(', ')}`}`;
  if (ready.length > 0) return { part: 'alerts', state: 'ok', evidence, fix: null };
  return {
    part: 'alerts',
    state: 'warning',
    evidence,
    fix: 'set the settings that are named; phx alerts test tries them',
  };
}

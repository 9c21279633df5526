import type { Db } from 'mongodb';
import type { AlertRule } from '../../core/schemas/alerts.js';
import type { Roster } from '../../core/schemas/roster.js';
import { readPeople, readRotations, readRuleChanges } from '../../core/schemas/setting-values.js';
import { type EffectiveRule, effectiveRules } from '../../domain/alerts/rules.js';
import { standingSettings } from '../settings.js';

/** The rules of the file with what people changed. */
export async function standingRules(db: Db, rules: readonly AlertRule[]): Promise<readonly EffectiveRule[]> {
  return effectiveRules(rules, readRuleChanges(await standingSettings(db, 'alert-rule')));
}

/** The roster of the file with the people and rotations that were added, changed or taken out. */
export async function standingRoster(db: Db, file: Roster): Promise<Roster> {
  const people = { ...file.people, ...Object.fromEntries(readPeople(await standingSettings(db, 'person'))) };
  const rotations = { ...file.rotations, ...Object.fromEntries(readRotations(await standingSettings(db, 'rotation'))) };
  return { ...file, people, rotations };
}

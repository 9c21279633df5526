import { loadAlertRules } from '../../core/product-settings.js';
import type { EffectiveRule } from '../../domain/alerts/rules.js';
import { standingRules } from '../../store/alerts/settings.js';
import { changeSetting, standingSettings } from '../../store/settings.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { nearest } from '../nearest.js';
import { columnsOf } from '../output.js';
import { Faults, readWhole } from '../run-request.js';
import { given, readWords } from '../source-request.js';
import type { AlertsAckFlags } from './alerts.js';

export interface AlertsSetFlags extends AlertsAckFlags {
  readonly threshold?: string;
  readonly for?: string;
  readonly cooldown?: string;
  readonly mute?: true;
  readonly unmute?: true;
  readonly reset?: true;
}

const MOST_MINUTES = 100_000;

/** Every rule as it holds now. */
export async function listRules(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const rules = await withDatabase(config, (db) => standingRules(db, loadAlertRules()));
  context.out.document(rules.map((rule) => ({ schemaVersion: 1, ...rule })));
  const rows = rules.map((rule) => [
    ...[rule.severity, rule.tier, rule.name, conditionOf(rule), `${rule.cooldownMinutes} min`],
    rule.muted ? 'muted' : rule.changed ? 'changed' : '',
  ]);
  context.out.data(columnsOf([['SEVERITY', 'TIER', 'RULE', 'FIRES WHEN', 'COOLDOWN', ''], ...rows]));
  return 0;
}

/** Changes a rule for all workers, from the next evaluation on. @throws CliError (NotFound) */
export async function setRule(context: CliContext, name: string, flags: AlertsSetFlags): Promise<number> {
  const rules = loadAlertRules();
  if (!rules.some((rule) => rule.name === name)) {
    const like = nearest(
      name,
      rules.map((rule) => rule.name),
    );
    throw new CliError(
      'NotFound',
      `there is no rule ${name}`,
      like === null ? 'phx alerts rules' : `did you mean ${like}?`,
    );
  }
  const faults = new Faults();
  const change = readChange(flags, faults);
  const by = readWords('--by', flags.by, true, faults);
  const note = readWords('--note', flags.note, false, faults);
  faults.throwAny('phx alerts set --help shows an example');
  const { config } = await readSetting(context);
  const rule = await withDatabase(config, async (db) => {
    const before = (await standingSettings(db, 'alert-rule')).get(name);
    const merged = typeof before === 'object' && before !== null ? { ...before, ...change } : { ...change };
    const value = flags.reset ? null : merged;
    await changeSetting(db, { topic: 'alert-rule', subject: name, value, by: given(by), note: note ?? '' });
    return (await standingRules(db, rules)).find((one) => one.name === name);
  });
  context.out.document({ schemaVersion: 1, ...rule });
  if (rule) context.out.data(`${name}: ${conditionOf(rule)}${rule.muted ? ', muted' : ''}; from the next minute on`);
  return 0;
}

function readChange(flags: AlertsSetFlags, faults: Faults): Readonly<Record<string, number | boolean>> {
  const threshold = flags.threshold === undefined ? null : Number(flags.threshold);
  if (threshold !== null && !Number.isFinite(threshold))
    faults.add(`--threshold must be a number, not "${flags.threshold}"`);
  const forMinutes = readWhole('--for', flags.for, 0, MOST_MINUTES, faults);
  const cooldownMinutes = readWhole('--cooldown', flags.cooldown, 0, MOST_MINUTES, faults);
  if (flags.mute && flags.unmute) faults.add('say --mute or --unmute, not both');
  const change = {
    ...(threshold === null ? {} : { threshold }),
    ...(forMinutes === null ? {} : { forMinutes }),
    ...(cooldownMinutes === null ? {} : { cooldownMinutes }),
    ...(flags.mute ? { muted: true } : {}),
    ...(flags.unmute ? { muted: false } : {}),
  };
  const asked = Object.keys(change).length;
  if (flags.reset && asked > 0) faults.add('--reset takes back every change and goes with no other');
  if (!flags.reset && asked === 0) faults.add('say what to change');
  return change;
}

const WORD = { above: 'more than', from: 'at least', below: 'less than' } as const;

function conditionOf({ measure, when, threshold, unit, forMinutes }: EffectiveRule): string {
  const wait = forMinutes > 0 ? ` for ${forMinutes} min` : '';
  return `${measure} ${WORD[when]} ${threshold}${unit === 'share' || unit === 'count' ? '' : ` ${unit}`}${wait}`;
}

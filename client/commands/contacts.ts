import type { Db } from 'mongodb';
import { loadRoster } from '../../core/product-settings.js';
import { person, rotation } from '../../core/schemas/roster.js';
import { onCall, rosterFaults } from '../../domain/roster.js';
import { standingRoster } from '../../store/alerts/settings.js';
import { changeSetting } from '../../store/settings.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { faultsOfRoster } from '../roster-faults.js';
import { Faults, readWhole, theMarket } from '../run-request.js';
import { given, readWords } from '../source-request.js';

export interface ContactFlags {
  readonly name?: string;
  readonly role?: readonly string[];
  readonly mail?: string;
  readonly phone?: string;
  readonly hours?: string;
  readonly by?: string;
  readonly note?: string;
}

export interface RotationFlags {
  readonly people?: readonly string[];
  readonly from?: string;
  readonly days?: string;
  readonly by?: string;
  readonly note?: string;
}

const PERSON_NEEDED = 3;
const rosterOf = (db: Db) => standingRoster(db, loadRoster());

/** The whole roster. @returns 3 when a level is not answered */
export async function listContacts(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const roster = await withDatabase(config, rosterOf);
  const missing = faultsOfRoster(roster);
  context.out.document({ schemaVersion: 1, ...roster, missing });
  const people = Object.entries(roster.people).map(([id, one]) => [
    ...[id, one.name, one.roles.join(', '), one.mail ?? '-', one.phone ?? '-'],
    one.hours === null ? 'always' : `${one.hours.from}-${one.hours.to}`,
  ]);
  const turns = Object.entries(roster.rotations).map(
    ([role, { people: ids, from, everyDays }]) =>
      `${role}: ${ids.join(', ')} in turns of ${everyDays} days from ${from} on`,
  );
  const providers = roster.providers.map(({ name, contact, answers }) => [name, contact, answers]);
  const parts = [
    people.length === 0
      ? 'nobody is on the roster'
      : columnsOf([['ID', 'NAME', 'ROLES', 'MAIL', 'PHONE', 'HOURS'], ...people]),
    ...turns,
    columnsOf([['PROVIDER', 'CONTACT', 'ANSWERS'], ...providers]),
    ...missing,
  ];
  context.out.data(parts.join('\n'));
  return missing.length === 0 ? 0 : PERSON_NEEDED;
}

/** Puts a person on the roster; flags that are left out keep what is there. */
export async function setContact(context: CliContext, id: string, flags: ContactFlags): Promise<number> {
  const faults = new Faults();
  const by = readWords('--by', flags.by, true, faults);
  const note = readWords('--note', flags.note, false, faults);
  const hours = readHours(flags.hours, faults);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) faults.add(`id must be small letters, digits and dashes, not "${id}"`);
  faults.throwAny('phx contacts set --help shows an example');
  const { config } = await readSetting(context);
  await withDatabase(config, async (db) => {
    const roster = await rosterOf(db);
    const before = Object.hasOwn(roster.people, id) ? roster.people[id] : undefined;
    const checked = person.safeParse({
      name: flags.name ?? before?.name ?? '',
      roles: flags.role ?? before?.roles ?? [],
      mail: flags.mail ?? before?.mail ?? null,
      phone: flags.phone ?? before?.phone ?? null,
      hours: hours ?? before?.hours ?? null,
    });
    if (!checked.success) {
      const wrong = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw new CliError('UsageError', wrong, 'phx contacts set --help shows an example');
    }
    const wrong = rosterFaults({ ...roster, people: { ...roster.people, [id]: checked.data } }, []);
    if (wrong.length > 0) throw new CliError('UsageError', wrong, 'phx contacts list shows the roles');
    await changeSetting(db, { topic: 'person', subject: id, value: checked.data, by: given(by), note: note ?? '' });
  });
  context.out.data(`${id} is on the roster`);
  context.out.document({ schemaVersion: 1, id });
  return 0;
}

/** Takes a person off. @throws CliError (NotFound), and (Refused) while a rotation names them */
export async function removeContact(context: CliContext, id: string, flags: ContactFlags): Promise<number> {
  const faults = new Faults();
  const by = readWords('--by', flags.by, true, faults);
  const note = readWords('--note', flags.note, false, faults);
  faults.throwAny('phx contacts remove --help shows an example');
  const { config } = await readSetting(context);
  await withDatabase(config, async (db) => {
    const { people, rotations } = await rosterOf(db);
    if (!Object.hasOwn(people, id)) throw new CliError('NotFound', `${id} is not on the roster`, 'phx contacts list');
    const turn = Object.entries(rotations).find(([, one]) => one.people.includes(id));
    if (turn) throw new CliError('Refused', `the rotation of ${turn[0]} names ${id}`, 'phx contacts rotate changes it');
    await changeSetting(db, { topic: 'person', subject: id, value: null, by: given(by), note: note ?? '' });
  });
  context.out.data(`${id} is off the roster`);
  context.out.document({ schemaVersion: 1, id });
  return 0;
}

/** Lets people of a role be on call in turns. */
export async function setRotation(context: CliContext, role: string, flags: RotationFlags): Promise<number> {
  const faults = new Faults();
  const by = readWords('--by', flags.by, true, faults);
  const note = readWords('--note', flags.note, false, faults);
  const everyDays = readWhole('--days', flags.days, 1, 90, faults) ?? 7;
  const checked = rotation.safeParse({ people: flags.people ?? [], from: flags.from ?? '', everyDays });
  if (!checked.success) {
    for (const { path, message } of checked.error.issues) faults.add(`--${path.join('.')}: ${message}`);
  }
  faults.throwAny('phx contacts rotate --help shows an example');
  const { config } = await readSetting(context);
  const value = given(checked.data ?? null);
  await withDatabase(config, async (db) => {
    const roster = await rosterOf(db);
    const wrong = rosterFaults({ ...roster, rotations: { ...roster.rotations, [role]: value } }, []);
    if (wrong.length > 0) throw new CliError('UsageError', wrong, 'phx contacts list shows roles and people');
    await changeSetting(db, { topic: 'rotation', subject: role, value, by: given(by), note: note ?? '' });
  });
  context.out.data(`${role}: ${value.people.join(', ')} in turns of ${everyDays} days from ${value.from} on`);
  context.out.document({ schemaVersion: 1, role, ...value });
  return 0;
}

/** Who answers now. @returns 3 when a role has nobody */
export async function showOnCall(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const [, { timeZone }] = theMarket();
  const roster = await withDatabase(config, rosterOf);
  const rows = roster.roles.map(({ role, level, answersWithinMinutes }) => ({
    ...{ schemaVersion: 1, role, level, answersWithinMinutes },
    people: onCall(roster, role, Date.now(), timeZone),
  }));
  context.out.document(rows);
  const shown = rows.map(({ role, level, answersWithinMinutes, people }) => [
    ...[level, role, `${answersWithinMinutes} min`],
    people.map(({ name, phone, mail }) => `${name} (${phone ?? mail})`).join(', ') || 'nobody',
  ]);
  context.out.data(columnsOf([['LEVEL', 'ROLE', 'ANSWERS IN', 'NOW'], ...shown]));
  return rows.every(({ people }) => people.length > 0) ? 0 : PERSON_NEEDED;
}

function readHours(text: string | undefined, faults: Faults): { readonly from: string; readonly to: string } | null {
  if (text === undefined) return null;
  const [, from, to] = /^(\d{2}:\d{2})-(\d{2}:\d{2})$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return { from, to };
  return faults.add(`--hours must be like 08:00-18:00, not "${text}"`);
}

import { isRunDate, runDateOf } from '../core/dates.js';
import type { Level, Person, Roster } from '../core/schemas/roster.js';

/** A person with the id under which the roster keeps them. */
export interface Contact extends Person {
  readonly id: string;
}

const DAY_MS = 86_400_000;

/**
 * Who answers for a role at an instant: the one whose turn it is, else everybody with the role who can be reached then, else
 * everybody with the role. Empty when nobody has it.
 */
export function onCall(roster: Roster, role: string, nowMs: number, timeZone: string): readonly Contact[] {
  const turn = roster.rotations[role];
  const today = runDateOf(nowMs, timeZone);
  if (turn && today >= turn.from) {
    const days = Math.round((Date.parse(`${today}T00:00:00Z`) - Date.parse(`${turn.from}T00:00:00Z`)) / DAY_MS);
    const id = turn.people[Math.floor(days / turn.everyDays) % turn.people.length];
    const found = contactsOf(roster).filter((contact) => contact.id === id);
    if (found.length > 0) return found;
  }
  const all = contactsOf(roster).filter(({ roles }) => roles.includes(role));
  const reachable = all.filter(({ hours }) => hours === null || isWithin(hours, clockOf(nowMs, timeZone)));
  return reachable.length > 0 ? reachable : all;
}

/** Everybody on call for some roles, each once. */
export function onCallFor(
  roster: Roster,
  roles: readonly string[],
  nowMs: number,
  timeZone: string,
): readonly Contact[] {
  const all = roles.flatMap((role) => onCall(roster, role, nowMs, timeZone));
  return [...new Map(all.map((contact) => [contact.id, contact])).values()];
}

/**
 * What is wrong with a roster, a sentence each: unknown names, levels and roles nobody answers, people nobody can reach.
 * @param called roles that incidents call
 */
export function rosterFaults(
  roster: Roster,
  levels: readonly Level[],
  called: readonly string[] = [],
): readonly string[] {
  const roles = new Set(roster.roles.map(({ role }) => role));
  const people = contactsOf(roster);
  const levelRoles = (level: Level) => roster.roles.filter((one) => one.level === level).map(({ role }) => role);
  const answers = (own: readonly string[]) => people.some((one) => one.roles.some((role) => own.includes(role)));
  return [
    ...people.flatMap(({ id, roles: own, mail, phone }) => [
      ...own.filter((role) => !roles.has(role)).map((role) => `${id} has the unknown role ${role}`),
      ...(mail === null && phone === null ? [`${id} has neither mail nor phone`] : []),
    ]),
    ...Object.entries(roster.rotations).flatMap(([role, turn]) => [
      ...(roles.has(role) ? [] : [`there is a rotation of the unknown role ${role}`]),
      ...(isRunDate(turn.from) ? [] : [`the rotation of ${role} begins on no day`]),
      ...turn.people
        .filter((id) => !(id in roster.people))
        .map((id) => `the rotation of ${role} names ${id}, who is not in the roster`),
    ]),
    ...levels
      .filter((level) => !answers(levelRoles(level)))
      .map((level) => {
        return `nobody answers for level ${level} (${levelRoles(level).join(', ')})`;
      }),
    ...called.flatMap((role) => {
      const known = roster.roles.find((one) => one.role === role);
      if (known === undefined) return [`incidents call the unknown role ${role}`];
      const told = levels.includes(known.level) && !answers(levelRoles(known.level));
      return told || answers([role]) ? [] : [`incidents call ${role}, and nobody is it`];
    }),
  ];
}

function contactsOf({ people }: Roster): readonly Contact[] {
  return Object.entries(people).map(([id, one]) => ({ id, ...one }));
}

function clockOf(nowMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    new Date(nowMs),
  );
}

function isWithin({ from, to }: { readonly from: string; readonly to: string }, clock: string): boolean {
  if (from === to) return true;
  return from < to ? clock >= from && clock < to : clock >= from || clock < to;
}

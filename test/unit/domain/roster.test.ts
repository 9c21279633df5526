import { describe, expect, it } from '@jest/globals';
import { loadRoster } from '../../../core/product-settings.js';
import type { Person, Roster } from '../../../core/schemas/roster.js';
import { onCall, onCallFor, rosterFaults } from '../../../domain/roster.js';

const who = (roles: readonly string[], changes: Partial<Person> = {}): Person => ({
  ...{ name: 'somebody', roles: [...roles], mail: 'somebody@example.com', phone: null, hours: null },
  ...changes,
});
const file = loadRoster();
const roster = (people: Record<string, Person>, rotations: Roster['rotations'] = {}): Roster => ({
  ...file,
  people,
  rotations,
});
const ids = (contacts: readonly { readonly id: string }[]) => contacts.map(({ id }) => id);
const at = (text: string) => Date.parse(text);
const ZONE = 'America/Phoenix';

describe('who is on call', () => {
  it('is nobody where nobody is on the roster, and the product invents none', () => {
    expect(file.people).toEqual({});
    expect(onCall(file, 'operations', at('2026-03-02T12:00:00Z'), ZONE)).toEqual([]);
  });

  it('is whose turn it is', () => {
    const two = roster(
      { ann: who(['operations']), ben: who(['operations']) },
      { operations: { people: ['ann', 'ben'], from: '2026-03-02', everyDays: 7 } },
    );
    const on = (day: string) => ids(onCall(two, 'operations', at(`${day}T20:00:00Z`), ZONE));
    expect([on('2026-03-02'), on('2026-03-08'), on('2026-03-09'), on('2026-03-16')]).toEqual([
      ['ann'],
      ['ann'],
      ['ben'],
      ['ann'],
    ]);
    expect(on('2026-03-01')).toEqual(['ann', 'ben']); // the rotation has not begun
  });

  it('is who can be reached, and everybody where nobody can', () => {
    const two = roster({
      day: who(['operations'], { hours: { from: '08:00', to: '18:00' } }),
      night: who(['operations'], { hours: { from: '18:00', to: '02:00' } }),
    });
    const on = (text: string) => ids(onCall(two, 'operations', at(text), ZONE));
    expect(on('2026-03-02T17:00:00Z')).toEqual(['day']);
    expect(on('2026-03-02T08:30:00Z')).toEqual(['night']);
    expect(on('2026-03-02T12:00:00Z')).toEqual(['day', 'night']);
  });

  it('is each once for several roles', () => {
    const one = roster({ ann: who(['operations', 'supervisor']) });
    expect(ids(onCallFor(one, ['operations', 'supervisor'], at('2026-03-02T12:00:00Z'), ZONE))).toEqual(['ann']);
  });
});

it.each([
  ['an empty roster', roster({}), ['nobody answers for level L2 (operations, supervisor)']],
  ['an unknown role', roster({ ann: who(['operations', 'king']) }), ['ann has the unknown role king']],
  ['no way to a person', roster({ ann: who(['operations'], { mail: null }) }), ['ann has neither mail nor phone']],
  [
    'a rotation of nobody',
    roster({ ann: who(['operations']) }, { operations: { people: ['ben'], from: '2026-03-02', everyDays: 7 } }),
    ['the rotation of operations names ben, who is not in the roster'],
  ],
  ['a roster that is whole', roster({ ann: who(['operations']) }), []],
])('faults: %s', (_case, given, expected) => {
  expect(rosterFaults(given, ['L2'])).toEqual(expected);
});

import { expect, it } from '@jest/globals';
import { sendableAt } from '../../../../domain/alerts/quiet-hours.js';

const night = { quietHours: { from: '22:00', to: '07:00', severities: ['P2', 'P3', 'info'] as const } };
const noon = { quietHours: { from: '12:00', to: '13:00', severities: ['P3'] as const } };
const channels = (hours: typeof night | typeof noon) => ({
  quietHours: { ...hours.quietHours, severities: [...hours.quietHours.severities] },
});

it.each([
  ['before midnight it waits for the morning', night, 'P2', 'mail', '2026-03-02T05:30:00Z', '2026-03-02T14:00:00Z'],
  ['after midnight too', night, 'P2', 'sms', '2026-03-02T10:00:00Z', '2026-03-02T14:00:00Z'],
  ['at its end it goes', night, 'P2', 'mail', '2026-03-02T14:00:00Z', '2026-03-02T14:00:00Z'],
  ['what is bad goes at once', night, 'P1', 'sms', '2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z'],
  ['a record wakes nobody', night, 'P2', 'dashboard', '2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z'],
  ['hours inside a day', noon, 'P3', 'mail', '2026-03-02T19:15:00Z', '2026-03-02T20:00:00Z'],
] as const)('%s', (_case, hours, severity, channel, now, expected) => {
  const at = sendableAt(channels(hours), { severity, channel }, Date.parse(now), 'America/Phoenix');
  expect(new Date(at).toISOString()).toBe(new Date(expected).toISOString());
});

it('the hours follow the clocks of a zone with daylight saving time', () => {
  const at = sendableAt(
    channels(night),
    { severity: 'P3', channel: 'mail' },
    Date.parse('2026-03-08T08:00:00Z'),
    'America/New_York',
  );
  expect(new Date(at).toISOString()).toBe('2026-03-08T11:00:00.000Z');
});

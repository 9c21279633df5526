import { describe, expect, it } from '@jest/globals';
import { isLocalServer, mailReadiness } from '../../../notify/mail-settings.js';

const CONFIG = {
  mode: 'demo',
  emailEnabled: true,
  smtpHost: '127.0.0.1',
  smtpPort: 2525,
  smtpUsername: null,
  smtpPassword: null,
  senderEmail: 'phoenix@example.com',
  recipientEmails: ['ops@example.com'],
} as const;

describe('mailReadiness', () => {
  it('gives the settings of the mailer when all is there', () => {
    expect(mailReadiness(CONFIG)).toMatchObject({
      ready: true,
      settings: { host: '127.0.0.1', port: 2525, sender: 'phoenix@example.com', recipients: ['ops@example.com'] },
    });
  });

  it.each([
    [{ emailEnabled: false }, 'EMAIL_ENABLED is false in demo mode'],
    [{ smtpHost: null }, 'SMTP_HOST not set in demo mode'],
    [
      { mode: 'test' as const, senderEmail: null, recipientEmails: [] },
      'SENDER_EMAIL, RECIPIENT_EMAILS not set in test mode',
    ],
  ])('says why no mail is sent: %j', (change, reason) => {
    expect(mailReadiness({ ...CONFIG, ...change })).toEqual({ ready: false, reason });
  });
});

describe('isLocalServer', () => {
  it.each(['127.0.0.1', '127.9.9.9', 'localhost', '::1'])('takes %s for this machine', (host) => {
    expect(isLocalServer(host)).toBe(true);
  });
  it.each([
    'mail.example.com',
    '0.0.0.0',
    '10.0.0.1',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '127.0.0.1@mail.example.com',
    '::2',
    '',
  ])('takes %j for a server elsewhere', (host) => {
    expect(isLocalServer(host)).toBe(false);
  });
});

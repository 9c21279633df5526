import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { SMTPServerOptions } from 'smtp-server';
import { createMailer, type Mail, type Mailer, messageIdOf } from '../../../notify/mail.js';
import type { MailSettings } from '../../../notify/mail-settings.js';
import { reply, type SmtpStandIn, startSmtp } from '../../support/smtp.js';

const CANARY = 'canary-5f3a9c-password';
const MAIL: Mail = {
  idempotencyKey: 'daily/phoenix/2025-11-22#run/summary',
  subject: 'Partial – 3 missing',
  html: '<p>seen <b>12</b></p>',
  text: 'seen 12',
};
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function mailServer(options?: SMTPServerOptions): Promise<SmtpStandIn> {
  const server = await startSmtp(options);
  closing.push(() => server.close());
  return server;
}

function mailerFor(port: number, more: Partial<MailSettings> = {}): Mailer {
  return createMailer({
    host: '127.0.0.1',
    port,
    username: null,
    password: null,
    sender: 'phoenix@example.com',
    recipients: ['ops@example.com'],
    timeouts: { connectMs: 400, greetingMs: 400, silenceMs: 600 },
    ...more,
  });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: unknown) => error,
  );
}

describe('mailer', () => {
  it('delivers both parts, subject and a Message-ID made from the idempotency key', async () => {
    const server = await mailServer();
    const receipt = await mailerFor(server.port).send(MAIL);
    const [got] = server.received;
    expect(receipt).toEqual({
      messageId: messageIdOf(MAIL.idempotencyKey, 'phoenix@example.com'),
      accepted: ['ops@example.com'],
      refused: [],
      deferred: [],
    });
    expect(got?.parsed).toMatchObject({ subject: MAIL.subject, html: MAIL.html, messageId: receipt.messageId });
    expect(got?.parsed.text?.trim()).toBe(MAIL.text);
    expect(got?.parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(got?.envelope).toEqual({ from: 'phoenix@example.com', to: ['ops@example.com'] });
  });

  it('gives a repeat the same Message-ID and another mail another one', () => {
    expect(messageIdOf('a', 'x@example.com')).toBe(messageIdOf('a', 'x@example.com'));
    expect(messageIdOf('a', 'x@example.com')).not.toBe(messageIdOf('b', 'x@example.com'));
    expect(messageIdOf('a\r\nBcc: y', 'x@example.com')).toMatch(/^<[0-9a-f]{40}@example\.com>$/);
  });

  it('takes STARTTLS where the server of this machine offers it', async () => {
    const server = await mailServer({ hideSTARTTLS: false });
    await mailerFor(server.port).send(MAIL);
    expect(server.received[0]?.secure).toBe(true);
  });

  // 0.0.0.0 leads to loopback, yet is no loopback address: it stands for a server elsewhere.
  it.each([
    ['offers no TLS', {}],
    ['has a certificate nobody trusts', { hideSTARTTLS: false }],
  ])('refuses a server elsewhere that %s, before the log-in is sent', async (_name, options) => {
    const logins: unknown[] = [];
    const server = await mailServer({ ...options, allowInsecureAuth: true, onAuth: (auth) => logins.push(auth) });
    const mailer = mailerFor(server.port, { host: '0.0.0.0', username: 'phoenix', password: CANARY });
    expect(await failureOf(mailer.send(MAIL))).toMatchObject({
      code: 'BadConfig',
      message: expect.stringContaining('SMTP_HOST'),
    });
    expect(logins).toEqual([]);
    expect(server.received).toEqual([]);
  });

  it('reports a server that is down as NetworkError with its address', async () => {
    const server = await startSmtp();
    await server.close();
    const host = `127.0.0.1:${server.port}`;
    expect(await failureOf(mailerFor(server.port).send(MAIL))).toMatchObject({
      code: 'NetworkError',
      retry: 'retry',
      host,
    });
  });

  it('gives up on a server that never greets', async () => {
    const silent = createServer((socket) => closing.push(() => void socket.destroy())).listen(0, '127.0.0.1');
    closing.push(() => void silent.close());
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const startedAt = Date.now();
    expect(await failureOf(mailerFor(port).send(MAIL))).toMatchObject({ code: 'NetworkError' });
    expect(Date.now() - startedAt).toBeLessThan(20_000); // a server that may be silent as long as it likes takes 30 s
  });

  it('gives up on a server that falls silent in the middle', async () => {
    const server = await mailServer({ onRcptTo: () => undefined, closeTimeout: 10 });
    expect(await failureOf(mailerFor(server.port).send(MAIL))).toMatchObject({ code: 'NetworkError' });
  });

  it.each([
    [
      'a sender that is refused',
      { onMailFrom: (_a, _s, done) => done(reply(550, 'no such sender')) },
      'BadConfig',
      'SENDER_EMAIL',
    ],
    [
      'a sender that is put off',
      { onMailFrom: (_a, _s, done) => done(reply(451, 'later')) },
      'NetworkError',
      'MAIL FROM',
    ],
    [
      'a log-in that is demanded',
      { onMailFrom: (_a, _s, done) => done(reply(530, 'log in')) },
      'BadConfig',
      'SMTP_USERNAME',
    ],
    ['all recipients put off', { onRcptTo: (_a, _s, done) => done(reply(450, 'later')) }, 'NetworkError', '450'],
  ] satisfies [string, SMTPServerOptions, string, string][])('reports %s', async (_name, options, code, words) => {
    const server = await mailServer(options);
    const failure = await failureOf(mailerFor(server.port).send(MAIL));
    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('tells refused recipients from those that took the mail and those put off', async () => {
    const server = await mailServer({
      onRcptTo: ({ address }, _session, done) => {
        if (address.startsWith('gone')) return done(reply(550, 'unknown'));
        return address.startsWith('later') ? done(reply(451, 'greylisted')) : done();
      },
    });
    const to = ['gone@example.com', 'ops@example.com', 'later@example.com'];
    expect(await mailerFor(server.port).send({ ...MAIL, to })).toMatchObject({
      accepted: ['ops@example.com'],
      refused: ['gone@example.com'],
      deferred: ['later@example.com'],
    });
    const nobody = await mailerFor(server.port).send({ ...MAIL, to: ['gone@example.com'] });
    expect(nobody).toMatchObject({ accepted: [], refused: ['gone@example.com'], deferred: [] });
  });

  it('counts a message refused for good as refused by all recipients', async () => {
    const server = await mailServer({
      onData: (stream, _session, done) => {
        stream.resume();
        stream.on('end', () => done(reply(554, 'content refused')));
      },
    });
    expect(await mailerFor(server.port).send(MAIL)).toMatchObject({ accepted: [], refused: ['ops@example.com'] });
  });

  it.each([
    [535, 'BadConfig'],
    [454, 'NetworkError'],
  ])('reports a log-in answered %d as %s and never shows it, though the server repeats it', async (status, code) => {
    const server = await mailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => done(reply(status, `${username}/${password} is wrong`)),
    });
    const mailer = mailerFor(server.port, { username: 'phoenix', password: CANARY });
    for (const failure of [await failureOf(mailer.send(MAIL)), await failureOf(mailer.verify())]) {
      expect(failure).toMatchObject({ code });
      const shown = inspect(failure, { depth: 9, showHidden: true });
      for (const secret of [
        CANARY,
        Buffer.from(`\0phoenix\0${CANARY}`).toString('base64'),
        Buffer.from(CANARY).toString('base64'),
      ]) {
        expect(shown).not.toContain(secret);
      }
      if (status === 535) expect(shown).toContain('SMTP_USERNAME or SMTP_PASSWORD');
    }
  });

  it('lets no subject and no address add a header or a recipient', async () => {
    const server = await mailServer();
    const mailer = mailerFor(server.port);
    await mailer.send({ ...MAIL, subject: 'x\r\nBcc: evil@example.com\r\n\r\n<script>' });
    const [got] = server.received;
    expect(got?.parsed.subject).toBe('x Bcc: evil@example.com <script>');
    expect(got?.parsed.bcc).toBeUndefined();
    expect(got?.envelope.to).toEqual(['ops@example.com']);
  });

  it.each([
    ['a@example.com\r\nRCPT TO:<evil@example.com>'],
    ['a@example.com, b@example.com'],
    ['<a@example.com>'],
    ['nobody'],
    [''],
  ])('refuses the address %j before anything is sent', async (address) => {
    const server = await mailServer();
    expect(await failureOf(mailerFor(server.port).send({ ...MAIL, to: [address] }))).toMatchObject({
      code: 'BadConfig',
    });
    expect(server.received).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const server = await mailServer({ onRcptTo: () => undefined, closeTimeout: 10 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(await failureOf(mailerFor(server.port).send(MAIL, stop.signal))).toMatchObject({ name: 'AbortError' });
  });

  it('verifies a server without sending', async () => {
    const server = await mailServer();
    await mailerFor(server.port).verify();
    expect(server.received).toEqual([]);
  });
});

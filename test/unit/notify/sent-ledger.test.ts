import { afterEach, describe, expect, it } from '@jest/globals';
import { createMailer, type Mail } from '../../../notify/mail.js';
import { type SentInfo, type SentLedger, sendOnce } from '../../../notify/sent-ledger.js';
import { reply, type SmtpStandIn, startSmtp } from '../../support/smtp.js';

const MAIL: Mail = {
  idempotencyKey: 'daily/phoenix/2025-11-22#run/summary',
  subject: 'Complete',
  html: '<p>done</p>',
  text: 'done',
  to: ['ops@example.com', 'gone@example.com', 'later@example.com'],
};
let server: SmtpStandIn | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

function memoryLedger(failOnMark = false): SentLedger & { readonly rows: Map<string, SentInfo> } {
  const rows = new Map<string, SentInfo>();
  return {
    rows,
    wasSent: async (key) => rows.get(key) ?? null,
    markSent: async (key, info) => {
      if (failOnMark) throw new Error('process died');
      rows.set(key, info);
    },
  };
}

async function startWithGreylist() {
  const asked: string[] = [];
  server = await startSmtp({
    onRcptTo: ({ address }, _session, done) => {
      asked.push(address);
      if (address.startsWith('gone')) return done(reply(550, 'unknown'));
      const firstTime = asked.filter((earlier) => earlier === address).length === 1;
      return address.startsWith('later') && firstTime ? done(reply(451, 'greylisted')) : done();
    },
  });
  const mailer = createMailer({
    host: '127.0.0.1',
    port: server.port,
    username: null,
    password: null,
    sender: 'phoenix@example.com',
    recipients: ['ops@example.com'],
  });
  return { mailer, asked, received: server.received };
}

describe('sendOnce', () => {
  it('sends to each recipient once over any number of repeats', async () => {
    const { mailer, received } = await startWithGreylist();
    const ledger = memoryLedger();
    const mail = { ...MAIL, to: ['ops@example.com'] };
    expect(await sendOnce(mailer, ledger, mail)).toMatchObject({ status: 'sent', alreadyDone: false });
    expect(await sendOnce(mailer, ledger, mail)).toMatchObject({
      status: 'sent',
      alreadyDone: true,
      accepted: ['ops@example.com'],
    });
    expect(received).toHaveLength(1);
  });

  it('asks again only for the recipients that were put off', async () => {
    const { mailer, asked, received } = await startWithGreylist();
    const ledger = memoryLedger();
    await expect(sendOnce(mailer, ledger, MAIL)).rejects.toMatchObject({ code: 'NetworkError', retry: 'retry' });
    expect(await sendOnce(mailer, ledger, MAIL)).toMatchObject({
      status: 'sent',
      accepted: ['ops@example.com', 'later@example.com'],
      refused: ['gone@example.com'],
    });
    expect(asked).toEqual([...(MAIL.to ?? []), 'later@example.com']);
    expect(received.map(({ envelope }) => envelope.to)).toEqual([['ops@example.com'], ['later@example.com']]);
  });

  it('says so when nobody took the mail, and does not try again', async () => {
    const { mailer, asked } = await startWithGreylist();
    const ledger = memoryLedger();
    const mail = { ...MAIL, to: ['gone@example.com'] };
    expect(await sendOnce(mailer, ledger, mail)).toMatchObject({ status: 'refused', refused: ['gone@example.com'] });
    expect(await sendOnce(mailer, ledger, mail)).toMatchObject({ status: 'refused', alreadyDone: true });
    expect(asked).toEqual(['gone@example.com']);
  });

  it('repeats with the same Message-ID when the record was lost after the server had accepted', async () => {
    const { mailer, received } = await startWithGreylist();
    const mail = { ...MAIL, to: ['ops@example.com'] };
    await expect(sendOnce(mailer, memoryLedger(true), mail)).rejects.toThrow('process died');
    await sendOnce(mailer, memoryLedger(), mail);
    const [first, second] = received.map(({ parsed }) => parsed.messageId);
    expect(received).toHaveLength(2);
    expect(second).toBe(first);
  });

  it('sends a mail with another key though the recipient is the same', async () => {
    const { mailer, received } = await startWithGreylist();
    const ledger = memoryLedger();
    for (const idempotencyKey of ['monday', 'tuesday']) {
      await sendOnce(mailer, ledger, { ...MAIL, idempotencyKey, to: ['ops@example.com'] });
    }
    expect(received).toHaveLength(2);
  });
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  readonly parsed: ParsedMail;
  readonly raw: string;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly secure: boolean;
}

export interface SmtpStandIn {
  readonly port: number;
  readonly received: ReceivedMail[];
  close(): Promise<void>;
}

/** An error as a mail server gives it; `status` is the reply code. */
export function reply(status: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: status });
}

/** A real SMTP server on loopback that keeps what it gets; `options` change how it answers. */
export async function startSmtp(options: SMTPServerOptions = {}): Promise<SmtpStandIn> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    hideSTARTTLS: true,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const { mailFrom, rcptTo } = session.envelope;
        const envelope = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
        };
        received.push({ parsed: await simpleParser(raw), raw, envelope, secure: session.secure });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined); // clients that give up are part of the tests
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: portOf(server.server.address()),
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('server has no port');
  return address.port;
}

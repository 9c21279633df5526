import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** How the mail server behaves until told otherwise. */
export type MailBehaviour =
  | { readonly kind: 'accept' }
  /** 421 at the greeting. */
  | { readonly kind: 'refuse-connection' }
  /** 550 for every recipient. */
  | { readonly kind: 'refuse-recipient' }
  /** Accepts a mail after this time. */
  | { readonly kind: 'slow'; readonly delayMs: number };

/** A mail as it came in. */
export interface ReceivedMail {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly from: string;
  readonly to: readonly string[];
  /** The whole message: headers, empty line, body, still encoded. */
  readonly raw: string;
}

export interface MailServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Mails received so far, oldest first. */
  readonly received: readonly ReceivedMail[];
  behave(behaviour: MailBehaviour): void;
  stop(): Promise<void>;
}

/**
 * Starts a mail server without TLS and log-in.
 * @param folder every mail is kept there as `.eml` too; null keeps them in memory alone
 */
export async function startMailServer(folder: string | null, port = 0): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  let behaviour: MailBehaviour = { kind: 'accept' };
  if (folder !== null) mkdirSync(folder, { recursive: true });
  const keep = (mail: ReceivedMail): void => {
    received.push(mail);
    const name = `${new Date(mail.atMs).toISOString().replaceAll(':', '-')}-${received.length}.eml`;
    if (folder !== null) writeFileSync(join(folder, name), mail.raw);
  };
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    // The default looks the client's name up in the DNS, which takes seconds where there is none.
    disableReverseLookup: true,
    // A client that keeps its connection open must not hold up the end.
    closeTimeout: 500,
    onConnect: (_session, done) =>
      behaviour.kind === 'refuse-connection' ? done(refusal(421, 'Service not available')) : done(),
    onRcptTo: (_address, _session, done) =>
      behaviour.kind === 'refuse-recipient' ? done(refusal(550, 'No such mailbox')) : done(),
    onData: (stream, session, done) => {
      readAll(stream).then((raw) => {
        const delayMs = behaviour.kind === 'slow' ? behaviour.delayMs : 0;
        setTimeout(() => {
          keep({ atMs: Date.now(), ...envelopeOf(session), raw });
          done();
        }, delayMs);
      }, done);
    },
  });
  // A client that breaks off is its own trouble; without a listener it would end the process.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  return {
    host: '127.0.0.1',
    port: address.port,
    received,
    behave: (wanted) => {
      behaviour = wanted;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function envelopeOf({ envelope }: SMTPServerSession): Pick<ReceivedMail, 'from' | 'to'> {
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  return { from, to: envelope.rcptTo.map(({ address }) => address) };
}

async function readAll(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

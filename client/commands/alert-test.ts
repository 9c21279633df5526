import { randomUUID } from 'node:crypto';
import type { Config } from '../../core/config.js';
import { PhoenixError } from '../../core/errors.js';
import { loadRoster } from '../../core/product-settings.js';
import type { Person } from '../../core/schemas/roster.js';
import { onCall } from '../../domain/roster.js';
import { createTellers } from '../../notify/tellers.js';
import type { OutgoingNotice, Told } from '../../notify/told.js';
import { standingRoster } from '../../store/alerts/settings.js';
import { createSentLedger } from '../../store/reports/sent-mails.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { Faults, theMarket } from '../run-request.js';

export interface AlertsTestFlags {
  readonly channel?: readonly string[];
}

const CHANNELS = ['mail', 'sms', 'slack', 'github'] as const;
type Testable = (typeof CHANNELS)[number];

/** Sends a test message over channels, to whoever is on call. @returns 1 when one was not delivered */
export async function testChannels(context: CliContext, flags: AlertsTestFlags): Promise<number> {
  const faults = new Faults();
  const wanted = flags.channel ?? CHANNELS;
  for (const name of wanted) {
    if (!CHANNELS.some((known) => known === name))
      faults.add(`channel must be of ${CHANNELS.join(', ')}, not "${name}"`);
  }
  faults.throwAny('phx alerts test --help shows an example');
  const { config } = await readSetting(context);
  const [, { timeZone }] = theMarket();
  return withDatabase(config, async (db) => {
    const people = onCall(await standingRoster(db, loadRoster()), 'operations', Date.now(), timeZone);
    const channels = CHANNELS.filter((channel) => wanted.includes(channel));
    return tell(context, config, db, channels, people);
  });
}

/** Sends a test message to one person. @throws CliError (NotFound) */
export async function testContact(context: CliContext, id: string): Promise<number> {
  const { config } = await readSetting(context);
  return withDatabase(config, async (db) => {
    const { people } = await standingRoster(db, loadRoster());
    const person = Object.hasOwn(people, id) ? people[id] : undefined;
    if (person === undefined) throw new CliError('NotFound', `${id} is not on the roster`, 'phx contacts list');
    const channels = CHANNELS.filter(
      (channel) => (channel === 'mail' && person.mail !== null) || (channel === 'sms' && person.phone !== null),
    );
    return tell(context, config, db, channels, [person]);
  });
}

async function tell(
  { out, signal }: CliContext,
  config: Config,
  db: Parameters<typeof createSentLedger>[0],
  channels: readonly Testable[],
  people: readonly Person[],
): Promise<number> {
  const tellers = createTellers(config, createSentLedger(db));
  const id = `test/${randomUUID()}`;
  const notice: OutgoingNotice = {
    ...{ id, alertId: id, kind: 'fired', attempt: 1, title: `[TEST] phoenix collector (${config.mode})` },
    body: `This is a test of a channel of alerts. Nothing is wrong.\nReference: ${id}\n`,
    mails: people.flatMap(({ mail }) => mail ?? []),
    phones: people.flatMap(({ phone }) => phone ?? []),
  };
  const results: (Told & { readonly channel: Testable })[] = [];
  for (const channel of channels) {
    const told = await tellers[channel](notice, signal).catch(failed);
    results.push({ channel, ...told });
    // A test leaves no open issue behind.
    if (channel === 'github' && told.state === 'delivered')
      await tellers.github({ ...notice, kind: 'recovered' }, signal).catch(failed);
  }
  out.document(results.map((row) => ({ schemaVersion: 1, ...row })));
  out.data(
    columnsOf(results.map((row) => [row.channel, row.state, row.state === 'delivered' ? row.proof : row.reason])),
  );
  return results.every(({ state }) => state === 'delivered') ? 0 : 1;
}

function failed(problem: unknown): Told {
  if (!(problem instanceof PhoenixError)) throw problem;
  return { state: 'failed', reason: `${problem.code}: ${problem.message}` };
}

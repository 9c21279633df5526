import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../core/paths.js';
import { PERSONAL_CLASSES } from '../../core/schemas/personal.js';
import { PLANTED_PERSONAL, VISIT_SECRET } from '../../sandbox/listing-site/html.js';
import { OWNER_CANARIES } from '../../sandbox/owners.js';
import { testBrowser } from '../support/browser.js';
import { personalWordsIn } from '../support/personal-words.js';
import { phx } from '../support/phx.js';
import { type SmtpStandIn, startSmtp } from '../support/smtp.js';
import { databaseTraces, fileTraces, findWords, historyTraces, type Trace } from '../support/traces.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const RUN_DATE = '2026-03-02';
/** Secrets that nothing but the processes may ever hold. */
const SECRETS = {
  WEBSHARE_API_KEY: 'canary-webshare-7d1f20c4',
  CAPTCHA_API_KEY: 'canary-captcha-b93e6a51',
  SMTP_PASSWORD: 'canary-smtp-0c48e2fa',
};
/** The county owns parcels itself, and its name stands in the names of subdivisions. */
const PUBLIC_OWNERS = new Set(['MARICOPA COUNTY']);

let world: TestWorld;
let mail: SmtpStandIn;
let traces: Readonly<Record<'database' | 'histories' | 'files' | 'mails', readonly Trace[]>>;
let all: readonly Trace[];
let worker: ChildProcess;

beforeAll(async () => {
  const chromium = await testBrowser();
  mail = await startSmtp({ onAuth: (_auth, _session, done) => done(null, { user: 'collector' }) });
  world = await startTestWorld({
    parcelsPerZip: 40,
    listings: 6,
    variables: {
      ...SECRETS,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(mail.port),
      SMTP_USERNAME: 'collector',
      PHOENIX_LOG_LEVEL: 'debug',
      CHROMIUM_PATH: chromium,
    },
  });
  // What is logged and kept when something goes wrong must be clean too.
  world.sandbox.faults.add({ service: 'county', effect: { kind: 'status', status: 503 }, times: 2 });
  world.sandbox.faults.add({ service: 'county', effect: { kind: 'cut-body' }, path: '^/parcel/', times: 2 });
  world.sandbox.faults.add({ service: 'county', effect: { kind: 'html' }, path: '^/parcel/', times: 1 });
  worker = await world.startWorker();
  const { status } = await world.runDay(RUN_DATE);
  expect(status).toBe('complete');
  await world.runDay(RUN_DATE, { force: true });
  traces = await tracesNow();
  all = Object.values(traces).flat();
}, 300_000);

async function tracesNow(): Promise<typeof traces> {
  return {
    database: await databaseTraces(world.db),
    histories: await historyTraces(await world.client()),
    files: await fileTraces(world.dataFolder),
    mails: mail.received.map(({ raw, parsed: { text, html } }, at) => ({
      place: `mail ${at}`,
      text: `${raw} ${text} ${html}`,
    })),
  };
}

/** Requests to the endpoints that are about persons alone. */
const askedAboutPersons = () =>
  world.sandbox.county.log
    .filter(({ path }) => /(owner|rental)-details|search\/rental/.test(path))
    .map(({ path }) => path);

afterAll(async () => {
  await world.stop();
  await mail.close();
}, 60_000);

/** Owner names and mailing addresses of every recording. */
function recordedPersons(): ReadonlySet<string> {
  const folder = join(projectRoot(), 'sandbox/recordings/maricopa');
  const bodies = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).response.body);
  return new Set(bodies.flatMap(personalWordsIn).filter((word) => !PUBLIC_OWNERS.has(word)));
}

describe('the search itself', () => {
  it('finds what is public in every place it looks at', () => {
    const [parcel] = world.sandbox.world.parcelsOf('85031');
    const situs = String(parcel?.row.SitusAddress).split('  ')[0] ?? '';
    expect(situs.length).toBeGreaterThan(8);
    const places = findWords(traces.database, [situs]).join('\n');
    expect(places).toMatch(/raw_payloads/);
    expect(places).toMatch(/raw_properties/);
    expect(places).toMatch(/processed_properties/);
    expect(findWords(traces.histories, ['85031', 'collectPage']).length).toBeGreaterThan(2);
    expect(findWords(traces.files, ['daily/phoenix']).join('\n')).toMatch(/artifacts\//);
    expect(findWords(traces.files, ['SourceUnavailable']).join('\n')).toMatch(/logs\/worker/);
    expect(findWords(traces.mails, ['85031']).length).toBeGreaterThan(0);
  });

  it('had the bait in front of it: personal words were asked for and answered', () => {
    const asked = new Set(
      world.sandbox.county.log
        .filter(({ path, status }) => path.startsWith('/parcel/') && status === 200)
        .map(({ path }) => path.replace('/parcel/', '').replaceAll('-', '')),
    );
    const served = world.sandbox.world.zips
      .flatMap((zip) => world.sandbox.world.parcelsOf(zip))
      .filter(({ facts }) => asked.has(facts.apn))
      .flatMap((parcel) => personalWordsIn(parcel.document()));
    expect(served.length).toBeGreaterThan(200);
    expect(OWNER_CANARIES.filter((word) => served.some((text) => text.includes(word)))).toEqual([...OWNER_CANARIES]);
  });
});

describe('with the switch for personal data off', () => {
  it('leaves no owner name or mailing address of the recordings anywhere', () => {
    const persons = recordedPersons();
    expect(persons.size).toBeGreaterThan(100);
    expect(findWords(all, persons)).toEqual([]);
  });

  it('asks no endpoint that is about persons, and keeps nothing apart', async () => {
    expect(askedAboutPersons()).toEqual([]);
    expect(await world.db.collection('personal_facts').countDocuments()).toBe(0);
  });

  it('leaves no invented owner anywhere', () => {
    expect(findWords(all, OWNER_CANARIES)).toEqual([]);
    expect(all.filter(({ text }) => /\bOWNER \d+\b/.test(text)).map(({ place }) => place)).toEqual([]);
  });

  it('leaves no agent of the listing site anywhere', () => {
    expect(world.sandbox.listingSite.log.length).toBeGreaterThan(3);
    expect(findWords(all, Object.values(PLANTED_PERSONAL))).toEqual([]);
  });
});

it('leaves the cookies of the visitor in the sessions and nowhere else', () => {
  const elsewhere = all.filter(({ place }) => !place.startsWith('sessions '));
  expect(findWords(elsewhere, [VISIT_SECRET])).toEqual([]);
  expect(findWords(traces.database, [VISIT_SECRET]).length).toBeGreaterThan(0);
});

it('leaves no secret anywhere', () => {
  const secrets = [...Object.values(SECRETS), world.sandbox.county.token];
  const encoded = secrets.map((secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  expect(mail.received.length).toBeGreaterThan(0);
  expect(findWords(all, [...secrets, ...encoded])).toEqual([]);
});

describe('with the switch for personal data on', () => {
  let on: typeof traces;
  const elsewhere = () =>
    Object.values(on)
      .flat()
      .filter(({ place }) => !place.startsWith('personal_facts '));

  beforeAll(async () => {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
    await world.startWorker({
      PHOENIX_PERSONAL_DATA: PERSONAL_CLASSES.join(','),
      MARICOPA_DETAILS: 'parcel,owner-details,rental-details',
    });
    const { status } = await world.runDay('2026-03-03', { force: true, sources: ['maricopa-assessor'] });
    expect(status).toBe('complete');
    on = await tracesNow();
  }, 300_000);

  it('asks them, and keeps every canary in its own place', () => {
    expect(askedAboutPersons().some((path) => path.endsWith('/owner-details'))).toBe(true);
    const found = findWords(on.database, OWNER_CANARIES);
    expect(found.length).toBeGreaterThan(0);
    const kept = on.database.filter(({ place }) => place.startsWith('personal_facts ')).map(({ text }) => text);
    expect(OWNER_CANARIES.filter((word) => !kept.some((text) => text.includes(word)))).toEqual([]);
  });

  it('leaves them nowhere else: no other collection, log, history, report or mail', () => {
    expect(findWords(elsewhere(), [...OWNER_CANARIES, ...recordedPersons()])).toEqual([]);
  });

  it('erases them by parcel, and all of them', async () => {
    const settings = {
      ...world.sandbox.variables,
      PHOENIX_MODE: 'demo',
      PHOENIX_DATA: world.dataFolder,
      MONGODB_URL: world.database.url,
    };
    const facts = world.db.collection<{ _id: string; propertyId: string; value: string }>('personal_facts');
    const one = await facts.findOne({});
    const [, apn = ''] = one?.propertyId.split(':') ?? [];
    expect((await phx(['property', 'persons', apn], settings)).stdout).toContain(one?.value);
    expect((await phx(['property', 'erase-persons', apn], settings)).code).toBe(0);
    expect(await facts.countDocuments({ propertyId: one?.propertyId ?? '' })).toBe(0);
    expect(await facts.countDocuments()).toBeGreaterThan(0);
    expect((await phx(['property', 'erase-persons'], settings)).code).toBe(2);
    expect((await phx(['property', 'erase-persons', '--all'], settings)).code).toBe(0);
    expect(await facts.countDocuments()).toBe(0);
  }, 60_000);
});

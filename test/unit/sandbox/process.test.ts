import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { readArguments } from '../../../sandbox/arguments.js';
import { type MailServer, startMailServer } from '../../../sandbox/mail-server.js';

describe('the mail server', () => {
  let folder: string;
  let server: MailServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-mail-'));
    server = await startMailServer(folder);
  });
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const send = () =>
    createTransport({ host: server.host, port: server.port, connectionTimeout: 2_000 }).sendMail({
      from: 'a@sandbox.example',
      to: ['b@sandbox.example', 'c@sandbox.example'],
      subject: 'run summary',
      text: 'all well',
    });

  it('keeps a mail in memory and as a file', async () => {
    await send();
    expect(server.received).toMatchObject([
      { from: 'a@sandbox.example', to: ['b@sandbox.example', 'c@sandbox.example'] },
    ]);
    const [file = ''] = readdirSync(folder);
    expect(file).toMatch(/\.eml$/);
    expect(readFileSync(join(folder, file), 'utf8')).toContain('Subject: run summary');
  });

  it.each([
    ['refuse-connection', 421],
    ['refuse-recipient', 550],
  ] as const)('can %s', async (kind, responseCode) => {
    server.behave({ kind });
    await expect(send()).rejects.toMatchObject({ responseCode });
    expect(server.received).toEqual([]);
  });

  it('can be slow', async () => {
    server.behave({ kind: 'slow', delayMs: 150 });
    const begun = Date.now();
    await send();
    expect(Date.now() - begun).toBeGreaterThanOrEqual(145);
  });
});

describe('the command line', () => {
  it('reads every option', () => {
    const text =
      '--recordings r --parcels 5 --listings 3 --seed s --truth t --log l --mail-folder m --ports 4000,4001,4002,4003,4004,4005,4006,4007,4008,4009,4010';
    expect(readArguments(text.split(' '))).toEqual({
      recordings: 'r',
      parcelsPerZip: 5,
      listings: 3,
      seed: 's',
      truthFile: 't',
      logFile: 'l',
      mailFolder: 'm',
      ports: {
        county: 4_000,
        listingSite: 4_001,
        mail: 4_002,
        control: 4_003,
        gis: 4_004,
        reso: 4_005,
        captcha: 4_006,
        webshare: 4_007,
        pima: 4_008,
        marketFiles: 4_009,
        notices: 4_010,
      },
    });
  });

  it.each([
    ['--parcels 0'],
    ['--parcels x'],
    ['--parcels 1e3'],
    ['--ports 80,4001,4002,4003,4004,4005,4006,4007,4008,4009,4010'],
    ['--ports 4000,4000,4001,4002,4003,4004,4005,4006'],
    ['--ports 4000,4001,4002,4003'],
    ['--ports 4000'],
    ['--nothing'],
    ['word'],
    ['--seed='],
  ])('refuses %s', (text) => {
    expect(() => readArguments(text.split(' '))).toThrow(expect.objectContaining({ code: 'BadConfig' }));
  });

  it('reads a plan of faults, and names each rule of it that is not understood', () => {
    const folder = mkdtempSync(join(tmpdir(), 'phoenix-fault-plan-'));
    const file = join(folder, 'plan.json');
    const told = (text: string) => {
      writeFileSync(file, text);
      return () => readArguments(['--faults', file]);
    };
    const rule = { service: 'county', effect: { kind: 'status', status: 503 }, rate: 0.5, path: '^/search/' };
    expect(told(JSON.stringify([rule]))()).toEqual({ faultPlan: [rule] });
    expect(told('[{"service":"county"},{"service":"x","effect":{"kind":"html"}},3]')).toThrow(
      /rule 1: effect must be an object.*rule 2: service must be one of.*rule 3: must be an object/,
    );
    expect(told('[{"service":"county","effect":{"kind":"html"},"rate":2}]')).toThrow('rate must be from 0 to 1');
    expect(told('{}')).toThrow('must hold a list');
    expect(told('[')).toThrow('cannot be read as JSON');
    expect(() => readArguments(['--faults', join(folder, 'none.json')])).toThrow('cannot be read');
    rmSync(folder, { recursive: true });
  });

  it('names all faults at once', () => {
    expect(() => readArguments(['--parcels', '0', '--ports', '1'])).toThrow(/--parcels.*--ports/);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isLoopback, loadConfig, secretValues } from '../../../core/config.js';
import { BadConfig } from '../../../core/errors.js';
import { DEPLOYMENT_VARIABLES } from '../../../core/settings-table.js';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-config-'));
let files = 0;

function settingsFile(lines: Readonly<Record<string, string>>): string {
  files += 1;
  const path = join(folder, `settings-${files}.env`);
  writeFileSync(
    path,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  return path;
}

function faultsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (problem) {
    if (problem instanceof BadConfig) return problem.faults;
    throw problem;
  }
  throw new Error('nothing was refused');
}

/** A settings file as the deployment package writes it: exactly its 13 names. */
const DEPLOYMENT = {
  MARICOPA_API_KEY: 'county-token',
  WEBSHARE_API_KEY: 'webshare-key',
  CAPTCHA_API_KEY: 'captcha-key',
  MONGODB_URL: 'mongodb://phoenix:secret@db.example:27017/?replicaSet=rs0',
  EMAIL_ENABLED: 'true',
  SMTP_HOST: 'smtp.example',
  SMTP_PORT: '587',
  SMTP_USERNAME: 'reports',
  SMTP_PASSWORD: 'mail-password',
  SENDER_EMAIL: 'reports@example.com',
  RECIPIENT_EMAILS: 'one@example.com, two@example.com',
  OLLAMA_HOST: 'http://localhost:11434',
  OLLAMA_MODEL: 'llama3.2:latest',
};

describe('process settings', () => {
  it('start from a file with exactly the 13 names of the deployment package', () => {
    expect(Object.keys(DEPLOYMENT).sort()).toEqual([...DEPLOYMENT_VARIABLES].sort());
    const config = loadConfig({ env: {}, file: settingsFile(DEPLOYMENT), flags: { PHOENIX_MODE: 'production' } });
    expect(config).toMatchObject({
      mode: 'production',
      database: 'phoenix',
      temporalNamespace: 'phoenix',
      smtpPort: 587,
      recipientEmails: ['one@example.com', 'two@example.com'],
      maricopaWindowLimit: 60,
      maricopaWindowMs: 60_000,
      maricopaInFlight: 2,
      phoenixMlsPaceMs: 3_000,
    });
  });

  it('names every fault at once, and no value', () => {
    const faults = faultsOf(() =>
      loadConfig({
        env: {
          PHOENIX_MODE: 'staging',
          SMTP_PORT: 'abc',
          MONGODB_URL: 'postgres://user:hunter2@x',
          OLLAMA_HOST: 'not an address',
        },
        file: settingsFile({ MARICOPA_WINDOW_LIMIT: '0', RECIPIENT_EMAILS: 'nobody' }),
      }),
    );
    const text = faults.join('\n');
    for (const name of [
      'PHOENIX_MODE',
      'SMTP_PORT',
      'MONGODB_URL',
      'OLLAMA_HOST',
      'MARICOPA_WINDOW_LIMIT',
      'RECIPIENT_EMAILS',
    ]) {
      expect(text).toContain(name);
    }
    expect(text).not.toContain('hunter2');
  });

  it.each([
    ['a word that is none', { MARICOPA_DETAILS: 'parcel,everything' }, /^MARICOPA_DETAILS must be of parcel, /],
    [
      'persons while none are kept',
      { MARICOPA_DETAILS: 'parcel,owner-details' },
      /owner-details.*PHOENIX_PERSONAL_DATA/,
    ],
    [
      'persons alone',
      { MARICOPA_DETAILS: 'rental-details', PHOENIX_PERSONAL_DATA: 'telephone' },
      /^MARICOPA_DETAILS must name parcel/,
    ],
    [
      'a class that is none',
      { PHOENIX_PERSONAL_DATA: 'owner-name,all' },
      /^PHOENIX_PERSONAL_DATA must be of owner-name, /,
    ],
  ])('refuse %s', (_what, env, fault) => {
    expect(faultsOf(() => loadConfig({ env, file: settingsFile({}) }))).toEqual([expect.stringMatching(fault)]);
  });

  it('keep nothing personal and ask one answer a parcel unless told to; the second token is a secret, too', () => {
    const config = loadConfig({ env: { MARICOPA_API_KEY_2: 'second-county-token' }, file: settingsFile({}) });
    expect(config).toMatchObject({ personalData: [], maricopaDetails: ['parcel'], maricopaApiKey: null });
    expect(secretValues(config)).toContain('second-county-token');
  });

  it('names every missing setting of production at once', () => {
    const faults = faultsOf(() =>
      loadConfig({
        env: { PHOENIX_MODE: 'production', EMAIL_ENABLED: 'true', MONGODB_URL: 'mongodb://db.example:27017/' },
        file: settingsFile({
          MARICOPA_BASE_URL: 'http://county.example',
          MARICOPA_GIS_BASE_URL: 'http://gis.example',
          RESO_TOKEN_URL: 'http://id.example/token',
        }),
      }),
    );
    for (const name of [
      'MARICOPA_GIS_BASE_URL',
      'RESO_TOKEN_URL',
      'MARICOPA_API_KEY',
      'SMTP_HOST',
      'SENDER_EMAIL',
      'RECIPIENT_EMAILS',
      'MONGODB_URL',
      'MARICOPA_BASE_URL',
    ]) {
      expect(faults.some((fault) => fault.includes(name))).toBe(true);
    }
  });

  it('take flag, environment, secret file, settings file, running stack and default in this order', () => {
    const secret = join(folder, 'token');
    writeFileSync(secret, 'from-file\n');
    const config = loadConfig({
      flags: { OLLAMA_MODEL: 'from-flag' },
      env: { OLLAMA_MODEL: 'from-env', SMTP_HOST: 'from-env', MARICOPA_API_KEY_FILE: secret },
      file: settingsFile({
        SMTP_HOST: 'from-dotenv',
        TEMPORAL_ADDRESS: 'from-dotenv:7233',
        MARICOPA_API_KEY: 'from-dotenv',
      }),
      stack: { TEMPORAL_ADDRESS: 'from-stack:7233', CHROMIUM_PATH: '/from-stack' },
    });
    expect(config).toMatchObject({
      ollamaModel: 'from-flag',
      smtpHost: 'from-env',
      maricopaApiKey: 'from-file',
      temporalAddress: 'from-dotenv:7233',
      chromiumPath: '/from-stack',
      smtpPort: 587,
    });
    expect(config.origins).toMatchObject({
      OLLAMA_MODEL: 'flag',
      SMTP_HOST: 'environment',
      MARICOPA_API_KEY: 'secret file',
      TEMPORAL_ADDRESS: '.env',
      CHROMIUM_PATH: 'running stack',
      SMTP_PORT: 'default',
    });
  });

  it('refuse a settings file or secret file that is named and not there', () => {
    const faults = faultsOf(() =>
      loadConfig({ env: { SMTP_PASSWORD_FILE: '/nowhere/password' }, file: '/nowhere/.env' }),
    );
    expect(faults.join(' ')).toContain('/nowhere/.env');
    expect(faults.join(' ')).toContain('SMTP_PASSWORD_FILE');
  });

  it('treat an empty variable as one that is not set', () => {
    expect(loadConfig({ env: { OLLAMA_MODEL: '' }, file: settingsFile({}) }).ollamaModel).toBe('llama3.2:latest');
  });

  it('keep modes apart by database, namespace and data folder', () => {
    const of = (mode: string) =>
      loadConfig({ env: { PHOENIX_MODE: mode, MARICOPA_API_KEY: 'token' }, file: settingsFile({}) });
    const all = ['demo', 'test', 'production'].map(of);
    for (const key of ['database', 'temporalNamespace', 'dataFolder'] as const) {
      expect(new Set(all.map((config) => config[key])).size).toBe(3);
    }
  });

  it('give every secret to the redaction, that inside an address too', () => {
    const env = { RESO_TOKEN: 'reso-token', RESO_CLIENT_SECRET: 'reso-secret' };
    const config = loadConfig({ env, file: settingsFile(DEPLOYMENT) });
    expect([...secretValues(config)].sort()).toEqual(
      ['captcha-key', 'county-token', 'mail-password', 'reso-secret', 'reso-token', 'secret', 'webshare-key'].sort(),
    );
  });

  it.each([
    ['mongodb://127.0.0.1:27017/', true],
    ['mongodb://user:pw@localhost:27017/', true],
    ['http://[::1]:80/', true],
    ['http://127.8.8.8', true],
    ['http://127.0.0.1.evil.example/', false],
    ['http://localhost.evil.example/', false],
    ['http://user@evil.example/127.0.0.1', false],
    ['https://mcassessor.maricopa.gov', false],
  ])('tell whether %s is this machine: %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});

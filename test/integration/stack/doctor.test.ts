import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../core/config.js';
import { runDoctor } from '../../../stack/doctor.js';
import { managedBrowser, resolveBrowser, tryBrowser } from '../../../stack/resolve-browser.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { startTestTemporal, type TestTemporal } from '../../support/temporal.js';

const { PHOENIX_CACHE } = process.env;

describe('the managed browser', () => {
  it('starts without a window, for root too', async () => {
    const { how, path, version, line } = await managedBrowser(loadConfig({ env: { PHOENIX_CACHE } }).cacheFolder);
    expect({ how, line }).toMatchObject({ how: 'managed' });
    expect(await tryBrowser(path ?? '')).toMatch(new RegExp(`^${version?.split('.')[0]}\\.`));
  }, 180_000);

  it('is no stand-in for a CHROMIUM_PATH that does not exist', async () => {
    const config = loadConfig({ env: { PHOENIX_CACHE, CHROMIUM_PATH: '/nowhere/chromium' } });
    expect(await resolveBrowser(config)).toMatchObject({ how: 'absent', path: null });
  });
});

describe('phx doctor', () => {
  let temporal: TestTemporal;
  let database: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    [temporal, database] = await Promise.all([startTestTemporal(), startTestDatabase()]);
    folder = await mkdtemp(join(tmpdir(), 'phoenix-test-doctor-'));
  }, 120_000);
  afterAll(async () => {
    await Promise.all([temporal.stop(), database.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  const statesWith = async (env: Record<string, string>) => {
    const lines = await runDoctor(loadConfig({ env: { PHOENIX_CACHE, PHOENIX_DATA: folder, ...env } }));
    expect(lines.every(({ state, fix }) => (state === 'ok') === (fix === null))).toBe(true);
    return Object.fromEntries(lines.map(({ part, state }) => [part, state]));
  };

  it('finds what is well', async () => {
    const states = await statesWith({ TEMPORAL_ADDRESS: temporal.address, MONGODB_URL: database.url });
    expect(states).toMatchObject({ config: 'ok', temporal: 'ok', mongodb: 'ok', clock: 'ok', smtp: 'ok' });
  }, 60_000);

  it('names what is away and how to mend it, in seconds, and shows no password', async () => {
    const broken = join(folder, 'no-browser');
    await writeFile(broken, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const env = {
      PHOENIX_CACHE: PHOENIX_CACHE ?? '',
      PHOENIX_DATA: folder,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      MONGODB_URL: 'mongodb://user:canary@127.0.0.1:1/',
      OLLAMA_HOST: 'http://127.0.0.1:1',
      CHROMIUM_PATH: broken,
      EMAIL_ENABLED: 'true',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: '1',
      SENDER_EMAIL: 'phoenix@example.com',
      RECIPIENT_EMAILS: 'reader@example.com',
    };
    const startedAt = Date.now();
    const states = await statesWith(env);
    expect(Date.now() - startedAt).toBeLessThan(12_000); // 4 s for each answer, side by side, and room for a busy machine
    expect(states).toMatchObject({
      temporal: 'problem',
      mongodb: 'problem',
      llm: 'warning',
      browser: 'warning',
      smtp: 'warning',
    });
    expect(JSON.stringify(await runDoctor(loadConfig({ env })))).not.toContain('canary');
  }, 60_000);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../core/config.js';
import { projectRoot } from '../../../core/paths.js';
import { SETTINGS } from '../../../core/settings-table.js';
import { envExample } from '../../support/env-example.js';

const file = join(projectRoot(), '.env.example');

describe('.env.example', () => {
  it('says the same as the table of settings: every variable, its meaning, its default', () => {
    expect(readFileSync(file, 'utf8')).toBe(envExample());
  });

  it('starts as it is, and with the shown defaults switched on, with the same settings', () => {
    const asItIs = loadConfig({ env: {}, file });
    const switchedOn = loadConfig({
      env: parseEnv(readFileSync(file, 'utf8').replace(/^#(?=[A-Z])/gm, '')),
      file,
    });
    expect({ ...switchedOn, origins: {} }).toEqual({ ...asItIs, origins: {} });
    expect(Object.keys(asItIs.origins)).toHaveLength(Object.keys(SETTINGS).length);
  });
});

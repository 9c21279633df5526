import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { MIGRATIONS } from '../../../store/migrations/index.js';

const folder = join(projectRoot(), 'store', 'migrations');
const files = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));

describe('the list of migrations', () => {
  it('has one for each file, in order', () => {
    expect(MIGRATIONS.map(({ id }) => `${id}.ts`)).toEqual([...files].sort());
  });

  it.each(MIGRATIONS.map(({ id, checksum }) => [id, checksum] as const))(
    'has %s as it was first written',
    (id, checksum) => {
      const text = readFileSync(join(folder, `${id}.ts`));
      expect(createHash('sha256').update(text).digest('hex')).toBe(checksum);
    },
  );
});

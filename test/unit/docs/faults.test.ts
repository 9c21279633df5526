import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';

const read = (path: string) => readFileSync(join(projectRoot(), path), 'utf8');
const rows = read('docs/faults.md')
  .split('\n')
  .filter((line) => /^\| (?!Fault|-)/.test(line) && !line.startsWith('|---'));
/** Every test that the table names: file, and title where it names one. */
const named = rows.flatMap((row) =>
  [...row.matchAll(/`(test\/[\w/.-]+)`(?:: ([^<|]+?))?(?=<br>| \|)/g)].map(([, file = '', title]) => ({ file, title })),
);

describe('docs/faults.md', () => {
  it('names a test for each fault', () => {
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) expect(row).toMatch(/`test\/[\w/.-]+`/);
  });

  it.each(named)('names one that exists: $file $title', ({ file, title }) => {
    const text = read(file);
    expect(text).toContain(title === undefined ? 'it(' : title);
  });
});

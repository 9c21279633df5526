import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '../../../core/errors.js';
import { projectRoot } from '../../../core/paths.js';

const page = readFileSync(join(projectRoot(), 'docs', 'errors.md'), 'utf8');
const [errors = '', exitCodes = ''] = page.split('## Exit codes of phx');
const sections = new Map(
  errors
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return [heading.trim(), lines.join('\n')] as const;
    }),
);

describe('docs/errors.md', () => {
  it('has one heading for each error code, in the order of the code', () => {
    expect([...sections.keys()]).toEqual([...ERROR_CODES]);
  });

  it.each(ERROR_CODES)('says for %s what it means, what the system does and what is left to do', (code) => {
    const section = sections.get(code) ?? '';
    for (const part of ['**Meaning.**', '**The system**', '**You**']) expect(section.split(part)).toHaveLength(2);
  });

  it('lists every exit code of the command line once', () => {
    const listed = [...exitCodes.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(listed).toEqual([0, 1, 2, 3, 4, 5, 6, 75, 130]);
  });

  it('names only error codes that exist', () => {
    const named = [...exitCodes.matchAll(/`([A-Z][a-z]+[A-Z][A-Za-z]+)`/g)].map(([, code]) => code);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((code) => !ERROR_CODES.some((known) => known === code))).toEqual([]);
  });
});

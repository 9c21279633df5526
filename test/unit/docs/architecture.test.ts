import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { COLLECTIONS } from '../../../store/collections.js';

const read = (path: string) => readFileSync(join(projectRoot(), path), 'utf8');
const page = read('docs/architecture.md');
const workflows = [...read('workflows/index.ts').matchAll(/\b([a-z][A-Za-z]+)(?=[,\s}])(?=[^'"]*from)/g)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'export' && name !== 'type');

describe('docs/architecture.md', () => {
  it.each(Object.keys(COLLECTIONS))('tells of the collection %s', (name) => {
    expect(page).toContain(`\`${name}\``);
  });

  it.each(workflows)('tells of the workflow %s', (name) => {
    expect(page).toContain(`\`${name}\``);
  });
});

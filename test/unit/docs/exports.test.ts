import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { EXPORTS } from '../../../reports/export/dataset.js';
import { datasetOf } from '../../../reports/export/write-export.js';

it('docs/exports.md names every column with its type and RESO name', () => {
  const text = readFileSync(join(projectRoot(), 'docs', 'exports.md'), 'utf8');
  const request = { market: 'phoenix', mode: 'demo', timeZone: 'UTC', range: null, zips: null, asOf: null } as const;
  for (const what of EXPORTS) {
    const [, section = ''] = text.split(`### ${what}\n`);
    const told = [...(section.split('### ')[0] ?? '').matchAll(/^\| `(\w+)` \| (\w+) \| (?:`(\w+)` )?\|$/gm)];
    const { columns } = datasetOf(what, { ...request, provenance: false, kindOrder: {} });
    expect(told.map(([, name, type, reso = null]) => ({ name, type, reso }))).toEqual(columns);
  }
});

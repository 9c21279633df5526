import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { cliReference } from '../../support/cli-reference.js';

const path = join(projectRoot(), 'docs', 'cli.md');

it('docs/cli.md says what the commands are', () => {
  if (process.env.UPDATE_DOCS) writeFileSync(path, cliReference());
  expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe(cliReference());
});

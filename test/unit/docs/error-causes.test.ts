import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ERROR_CODES } from '../../../core/errors.js';
import { projectRoot } from '../../../core/paths.js';
import { loadErrorCauses } from '../../../core/product-settings.js';
import { NOT_RECORDED, TIMED_OUT, WORKER_LOST } from '../../../domain/failures/actions.js';

const CODES = [...ERROR_CODES, 'AnswerInvalid', WORKER_LOST, TIMED_OUT, NOT_RECORDED];

it('config/error-causes.json has a likely cause and a next step for every code, and for what nobody foresaw', () => {
  const file = readFileSync(join(projectRoot(), 'config', 'error-causes.json'), 'utf8');
  expect(Object.keys(JSON.parse(file)).sort()).toEqual([...CODES, 'other'].sort());
  expect(loadErrorCauses('TypeError')).toEqual(loadErrorCauses('other'));
});

it('every next step is a command of docs/cli.md', () => {
  const cli = readFileSync(join(projectRoot(), 'docs', 'cli.md'), 'utf8');
  const steps = [...CODES, 'other'].map((code) => loadErrorCauses(code).next.replace(/ [A-Z]+$/, ''));
  expect(steps.filter((step) => !cli.includes(`## ${step}\n`))).toEqual([]);
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SOURCE_NAMES } from '../../core/schemas/names.js';
import { HARNESSES } from './harnesses.js';
import { type Kit, startKit } from './kit.js';
import { walkingContract } from './walking.js';

const CASE_MS = 60_000;

it.each(SOURCE_NAMES)('%s has a harness', (name) => {
  expect(HARNESSES[name]).toBeDefined();
});

describe.each(SOURCE_NAMES.filter((name) => HARNESSES[name]))('%s', (name) => {
  let kit: Kit;
  beforeAll(async () => {
    const harness = HARNESSES[name];
    if (!harness) throw new Error(`${name} has no harness`);
    kit = await startKit(name, harness);
  }, CASE_MS);
  beforeEach(() => kit.reset());
  afterAll(() => kit?.stop(), CASE_MS);
  const it = () => kit;

  describe('walking', () => walkingContract(it));
});

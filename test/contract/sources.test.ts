import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SOURCE_NAMES } from '../../core/schemas/names.js';
import { cancellingContract } from './cancelling.js';
import { driftContract } from './drifting.js';
import { HARNESSES } from './harnesses.js';
import { hostilityContract } from './hostility.js';
import { type Kit, startKit } from './kit.js';
import { probingContract } from './probing.js';
import { reachingContract } from './reaching.js';
import { readingContract } from './reading.js';
import { storingContract } from './storing.js';
import { walkingContract } from './walking.js';

const CASE_MS = 60_000;

const TOPICS = {
  walking: walkingContract,
  storing: storingContract,
  drift: driftContract,
  reading: readingContract,
  probing: probingContract,
  reaching: reachingContract,
  cancelling: cancellingContract,
  hostility: hostilityContract,
};

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

  describe.each(Object.entries(TOPICS))('%s', (_topic, contract) => contract(() => kit));
});

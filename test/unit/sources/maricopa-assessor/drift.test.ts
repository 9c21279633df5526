import { expect, it } from '@jest/globals';
import { driftOf } from '../../../../core/drift.js';
import type { ParseResult } from '../../../../core/schemas/facts.js';
import { countySource, payload, recordedBody, understood } from '../../../support/county-source.js';

const source = countySource();
const whole = recordedBody('parcel_50179677_2025-02.json');

/** Documents of a batch, some without their area. */
function batch(good: number, bad: number): readonly ParseResult[] {
  const renamed = JSON.parse(JSON.stringify(whole).replaceAll('"LivableSpace"', '"LivingSpace"'));
  const documents = [...Array(good).fill(whole), ...Array(bad).fill(renamed)];
  return documents.map((json) => understood(source, payload('parcel', '50179677', json)));
}

it.each([
  ['most lack a mandatory field', 2, 3],
  ['half lack it', 3, 3],
  ['all lack it', 0, 25],
])('sees drift in a batch of documents where %s', (_name, good, bad) => {
  expect(driftOf('maricopa-assessor', batch(good, bad))).toMatchObject({
    code: 'SchemaDrift',
    path: 'ResidentialPropertyData.LivableSpace',
  });
});

it.each([
  ['two lack it', 0, 2],
  ['few lack it', 22, 3],
  ['none lacks it', 5, 0],
])('sees no drift in a batch where %s', (_name, good, bad) => {
  expect(driftOf('maricopa-assessor', batch(good, bad))).toBeNull();
});

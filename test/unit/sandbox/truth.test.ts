import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import type { Parcel } from '../../../sandbox/parcel.js';
import { canonicalTruth } from '../../../sandbox/truth.js';
import { createWorld } from '../../../sandbox/world.js';
import { parse } from '../../../sources/maricopa-assessor/parse.js';
import { redact } from '../../../sources/maricopa-assessor/redact.js';

const world = createWorld({
  recordings: join(projectRoot(), 'sandbox', 'recordings', 'maricopa'),
  parcelsPerZip: 120,
  seed: 'truth',
});

/** What the source reads out of all that the county says about a parcel, the document over the search row. */
function readBySource(parcel: Parcel) {
  const answers = [
    { kind: 'search-page', key: null, json: { TOTAL: 1, Results: [parcel.row] } },
    { kind: 'parcel', key: parcel.facts.apn, json: parcel.document() },
  ];
  const results = answers.map(({ kind, key, json }) =>
    parse({
      kind,
      key,
      url: 'http://127.0.0.1/',
      fetchId: 'fetch-1',
      fetchedAt: '2025-11-20T10:00:00.000Z',
      body: redact({ type: 'json', json }),
    }),
  );
  const facts = results.flatMap(({ records }) => records).flatMap((record) => record.facts);
  const rejects = results.flatMap((result) => result.rejects);
  return { values: Object.fromEntries(facts.map(({ name, value }) => [name, value])), rejects };
}

it.each(world.zips)('the source reads the truth out of every answer about %s', (zip) => {
  for (const parcel of world.parcelsOf(zip)) {
    const { values, rejects } = readBySource(parcel);
    expect(rejects).toEqual([]);
    expect(values).toMatchObject(canonicalTruth(parcel));
  }
});

import { describe, expect, it } from '@jest/globals';
import { judgeProperty } from '../../../../domain/quality/judge.js';
import { ratiosOf, spreadFindings, spreadsOf } from '../../../../domain/quality/spread.js';
import { createRandom } from '../../../../sandbox/random.js';
import { type GoodProperty, goodProperties, KIND_ORDER } from '../../../support/quality-world.js';
import { recordedHomes } from '../../../support/recorded-homes.js';
import { seedErrors, soldListings } from '../../../support/seeded-errors.js';

const GOOD = goodProperties('quality');
const judge = ({ propertyId, records }: GoodProperty) => judgeProperty(propertyId, records, KIND_ORDER);
const SPREADS = spreadsOf(
  GOOD.map((one) => {
    const { property, isHome } = judge(one);
    return { zip: one.zip, ratios: ratiosOf(property, isHome) };
  }),
);

/** All that the rules say, those beside the ZIP code too. */
function findingsOf(property: GoodProperty) {
  const judged = judge(property);
  return [...judged.findings, ...spreadFindings(property.zip, ratiosOf(judged.property, judged.isHome), SPREADS)];
}

describe('seeded errors', () => {
  const errors = seedErrors(GOOD, 25, createRandom('errors'));
  const rows = errors.map(({ kind, names, property, words }) => {
    const found = findingsOf(property);
    // A finding about something else would be luck.
    return { kind, words, caught: found.some((one) => one.names.some((name) => names.includes(name))) };
  });
  const kinds = [...new Set(rows.map(({ kind }) => kind))];

  it('are caught, at least 98 of 100 over all and 9 of 10 of each kind', () => {
    const caught = rows.filter((row) => row.caught).length;
    const lines = kinds.map((kind) => {
      const own = rows.filter((row) => row.kind === kind);
      return { kind, seeded: own.length, caught: own.filter((row) => row.caught).length };
    });
    process.stdout.write(
      `seeded errors: ${rows.length} of ${kinds.length} kinds, caught ${((100 * caught) / rows.length).toFixed(1)} %\n`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(300);
    expect(kinds.length).toBeGreaterThanOrEqual(10);
    expect(rows.filter((row) => !row.caught).length / rows.length).toBeLessThanOrEqual(0.02);
    expect(lines.filter((line) => line.caught < 0.9 * line.seeded)).toEqual([]);
  });
});

describe('false alarms', () => {
  it('are few on good properties of the sandbox, sold ones among them', () => {
    const all = [...GOOD, ...soldListings(GOOD, createRandom('sold'))];
    const alarms = all.filter((one) => findingsOf(one).length > 0);
    process.stdout.write(`false alarms: ${alarms.length} of ${all.length} good properties\n`);
    expect(alarms.length / all.length).toBeLessThanOrEqual(0.01);
  });

  it('are few on homes that the county recorded in 2021, and none of them withholds a fact', () => {
    const homes = recordedHomes();
    const judged = homes.map(judge);
    const alarms = judged.filter(({ findings }) => findings.length > 0);
    const withheld = judged.filter((one) => one.withheld.length > 0);
    process.stdout.write(
      `recorded homes: ${homes.length}, with a finding ${alarms.length}, with a withheld fact ${withheld.length}\n`,
    );
    expect(homes.length).toBeGreaterThan(6_000);
    expect(alarms.length / homes.length).toBeLessThanOrEqual(0.02);
    expect(withheld.length / homes.length).toBeLessThanOrEqual(0.002);
  });
});

import { describe, expect, it } from '@jest/globals';
import { judgeProperty } from '../../../../domain/quality/judge.js';
import { jumpFindings } from '../../../../domain/quality/jumps.js';
import { ratiosOf, spreadFindings, spreadsOf } from '../../../../domain/quality/spread.js';
import { createRandom } from '../../../../sandbox/random.js';
import { type GoodProperty, goodProperties, KIND_ORDER } from '../../../support/quality-world.js';
import { recordedHomes } from '../../../support/recorded-homes.js';
import { type SeededError, seedErrors, seedFaintErrors, soldListings } from '../../../support/seeded-errors.js';

const GOOD = goodProperties('held-out');
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

/** How many of each kind are caught: by a finding about what was spoiled; one about something else would be luck. */
function caughtByKind(errors: readonly SeededError[]) {
  const rows = errors.map(({ kind, names, property }) => ({
    kind,
    caught: findingsOf(property).some((one) => one.names.some((name) => names.includes(name))),
  }));
  return [...new Set(rows.map(({ kind }) => kind))].map((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    return { kind, seeded: own.length, caught: own.filter((row) => row.caught).length };
  });
}

const sum = (rows: readonly { readonly seeded: number; readonly caught: number }[], name: 'seeded' | 'caught') =>
  rows.reduce((total, row) => total + row[name], 0);
const print = (text: string) => void process.stdout.write(`${text}\n`);

describe('seeded errors', () => {
  it('are caught, at least 98 of 100 over all and 9 of 10 of each kind', () => {
    const kinds = caughtByKind(seedErrors(GOOD, 25, createRandom('errors')));
    const [seeded, caught] = [sum(kinds, 'seeded'), sum(kinds, 'caught')];
    print(`seeded errors: ${seeded} of ${kinds.length} kinds, caught ${((100 * caught) / seeded).toFixed(1)} %`);
    expect(seeded).toBeGreaterThanOrEqual(300);
    expect(kinds.length).toBeGreaterThanOrEqual(10);
    expect(caught / seeded).toBeGreaterThanOrEqual(0.98);
    expect(kinds.filter((row) => row.caught < 0.9 * row.seeded)).toEqual([]);
  });

  it('that are too faint to be findings are contradictions where there is another witness', () => {
    const errors = seedFaintErrors(GOOD, 25, createRandom('faint'));
    for (const { kind, seeded, caught } of caughtByKind(errors)) print(`faint errors: ${kind}: ${caught} of ${seeded}`);
    const witnessed = errors.filter(({ kind }) => kind.endsWith('by one of several witnesses'));
    expect(witnessed).toHaveLength(25);
    for (const { property } of witnessed) {
      const contradicted = judge(property).quality.reasons.filter(({ code }) => code === 'contradicted');
      expect(contradicted.flatMap(({ names }) => names)).toContain('LivingArea');
    }
  });

  it('that nobody else could tell are told by what the source said before', () => {
    const errors = seedFaintErrors(GOOD, 25, createRandom('faint')).filter(({ kind }) => kind.includes('nobody else'));
    const caught = errors.filter(({ property }) => {
      const before = GOOD.find(({ propertyId }) => propertyId === property.propertyId)?.records ?? [];
      return property.records.some((record) => {
        const was = before.find(({ recordId }) => recordId === record.recordId);
        return was !== undefined && jumpFindings(record, was).some(({ names }) => names.includes('LivingArea'));
      });
    });
    print(`faint errors: area of another house, right the day before: ${caught.length} of ${errors.length}`);
    expect(caught).toHaveLength(errors.length);
  });
});

describe('false alarms', () => {
  it('are few on good properties of the sandbox, sold ones among them', () => {
    const all = [...GOOD, ...soldListings(GOOD, createRandom('sold'))];
    const alarms = all.filter((one) => findingsOf(one).length > 0);
    print(`false alarms: ${alarms.length} of ${all.length} good properties`);
    expect(alarms.length / all.length).toBeLessThanOrEqual(0.01);
  });

  it('are few on homes that the county recorded in 2021, and none of them withholds a fact', () => {
    const homes = recordedHomes();
    const judged = homes.map(judge);
    const alarms = judged.filter(({ findings }) => findings.length > 0);
    const withheld = judged.filter((one) => one.withheld.length > 0);
    print(`recorded homes: ${homes.length}, with a finding ${alarms.length}, with a withheld fact ${withheld.length}`);
    expect(homes.length).toBeGreaterThan(6_000);
    expect(alarms.length / homes.length).toBeLessThanOrEqual(0.02);
    expect(withheld.length / homes.length).toBeLessThanOrEqual(0.002);
  });
});

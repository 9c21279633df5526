import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRemarks } from '../../../domain/remarks/remarks.js';
import type { RemarkTopic } from '../../../domain/remarks/topics.js';
import { REMARK_PHRASES } from '../../../sandbox/remark-phrases.js';
import { processorMs } from '../../support/processor-time.js';

const told = (text: string, topic: RemarkTopic) =>
  readRemarks(text)
    .filter((finding) => finding.topic === topic)
    .map(({ present, detail }) => (present ? (detail ?? 'yes') : 'no'))
    .join('+');

/** What a phrase of the sandbox's listing agents states, in the words of `told`. */
function meaningOf(fact: string, value: string): readonly [RemarkTopic, string] | null {
  const plain = value === 'true' ? 'yes' : value === 'false' ? 'no' : value;
  if (fact === 'floodIrrigation') return ['flood irrigation', plain];
  if (fact === 'hoaMonthlyUsd') return ['hoa', value === 'fee' ? '$45 monthly' : 'no'];
  if (fact === 'pool') return ['pool', plain];
  if (fact === 'solar') return ['solar', plain];
  if (fact === 'cooling' && value !== 'both') return ['cooling', plain];
  return null;
}

const AGENTS_PHRASES = Object.values(REMARK_PHRASES).flatMap((style) =>
  Object.entries(style).flatMap(([fact, group]) =>
    Object.entries(group).flatMap(([value, phrases]) => {
      const meaning = meaningOf(fact, value);
      return meaning === null || !Array.isArray(phrases)
        ? []
        : phrases.map((phrase) => ({
            text: `${phrase}`.replace('<fee>', '45'),
            topic: meaning[0],
            expected: meaning[1],
          }));
    }),
  ),
);

describe('reading remarks', () => {
  it('misreads no phrase of any agent, and understands nine of ten', () => {
    const read = AGENTS_PHRASES.map(({ text, topic, expected }) => ({ text, expected, got: told(text, topic) }));
    expect(read.length).toBeGreaterThan(50);
    expect(read.filter(({ got, expected }) => got !== '' && got !== expected)).toEqual([]);
    expect(read.filter(({ got }) => got === '').length).toBeLessThanOrEqual(read.length / 10);
  });

  it.each<[string, RemarkTopic, string]>([
    ['Sparkling pool and spa!', 'pool', 'yes'],
    ['No pool, but room to add one.', 'pool', 'no'],
    ['Big yard with room for a pool.', 'pool', ''],
    ['Pool-sized lot.', 'pool', ''],
    ['Comes with a pool table.', 'pool', ''],
    ['Walk to the community pool.', 'pool', ''],
    ['Gated complex with community pool.', 'community pool', 'yes'],
    ['No HOA or pool to worry about.', 'pool', 'no'],
    ['NO HOA, SPARKLING POOL!!!', 'pool', 'yes'],
    ['Not only a pool: also a spa.', 'pool', 'yes'],
    ['Pool: none.', 'pool', 'no'],
    ['There is a pool. There is no pool.', 'pool', ''],
    ['Owned solar panels.', 'solar', 'owned'],
    ['Solar is paid off.', 'solar', 'owned'],
    ['Buyer to assume leased solar system.', 'solar', 'leased'],
    ['The solar panels are owned, not leased.', 'solar', 'owned'],
    ['Solar lease to be assumed.', 'solar', 'leased'],
    ['New solar screens on all windows.', 'solar', ''],
    ['Solar ready roof.', 'solar', ''],
    ['No solar.', 'solar', 'no'],
    ['Flood irrigated acre lot.', 'flood irrigation', 'yes'],
    ['FLOOD IRRIGATION keeps the citrus green', 'flood irrigation', 'yes'],
    ['The lot is not flood irrigated.', 'flood irrigation', 'no'],
    ['No HOA!', 'hoa', 'no'],
    ['HOA: none', 'hoa', 'no'],
    ['HOA-free street', 'hoa', 'no'],
    ['HOA is only $45/month.', 'hoa', '$45 monthly'],
    ['HOA dues of $1,200 per year', 'hoa', '$1,200 yearly'],
    ['Low $62 monthly HOA', 'hoa', '$62 monthly'],
    ['HOA fee $90 quarterly', 'hoa', '$90 quarterly'],
    ['HOA rules apply.', 'hoa', ''],
    ['HOA $45 a month. HOA $60 a month.', 'hoa', ''],
    ['Evaporative cooling plus refrigerated air', 'cooling', 'evaporative+refrigeration'],
    ['Swamp cooler only', 'cooling', 'evaporative'],
    ['Concrete tile roof', 'roof', 'concrete tile'],
    ['The roof is foam', 'roof', 'foam'],
    ['two-car garage', 'garage', '2'],
    ['RV gate', 'rv parking', 'yes'],
    ['Updated kitchen', 'updated kitchen', 'yes'],
    ['The home does not have a pool.', 'pool', 'no'],
    ['Near comm. pool, quiet.', 'pool', ''],
    ['PV system owned, no lease.', 'solar', 'owned'],
    ['The flood irrigation was capped long ago.', 'flood irrigation', 'no'],
    ['Cooling is evaporative only, no refrigerated air.', 'cooling', 'evaporative'],
    ['Dual cooling: AC and evap cooler', 'cooling', 'refrigeration+evaporative'],
    ['A 1.2 AC lot', 'cooling', ''],
    ['Monthly assessment $45 per HOA disclosure.', 'hoa', '$45 monthly'],
    ['', 'pool', ''],
  ])('reads %j: %s is %j', (text, topic, expected) => expect(told(text, topic)).toBe(expected));

  it('points at the words it means', () => {
    const text = 'Nice home 🏡 with owned solar panels.';
    const [finding] = readRemarks(text);
    expect(finding && text.slice(finding.start, finding.end)).toBe('owned solar panels');
  });

  it('never throws, and every span lies in the text', () => {
    const word = fc.constantFrom(
      'pool',
      'no',
      'HOA',
      '$45',
      'solar',
      'owned',
      '.',
      ',',
      'roof',
      'tile',
      '\0',
      '\ud800',
      'month',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const text = words.join(' ');
        for (const { start, end } of readRemarks(text))
          expect(0 <= start && start < end && end <= text.length).toBe(true);
      }),
    );
  });

  it('is quick on long texts', () => {
    expect(processorMs(() => void readRemarks('HOA $ '.repeat(20_000)))).toBeLessThan(20_000);
  });
});

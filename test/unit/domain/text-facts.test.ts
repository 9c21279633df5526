import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TextFact } from '../../../core/schemas/text-facts.js';
import { toProcessedDocument } from '../../../domain/document-shape.js';
import { describeByRules } from '../../../domain/rules.js';
import { mergeTextFacts, readTextFacts } from '../../../domain/text-facts.js';
import { processorMs } from '../../support/processor-time.js';
import { homeWith } from '../../support/properties.js';

const told = (text: string) => Object.fromEntries(readTextFacts(text).map(({ field, value }) => [field, value]));
const fact = (changes: Partial<TextFact>): TextFact => ({
  field: 'pool',
  value: true,
  confidence: 'high',
  by: 'rules',
  span: { start: 0, end: 4, quote: 'Pool' },
  ...changes,
});

describe('facts of a text', () => {
  it.each([
    ['HOA $1,200 per year.', { hoaMonthlyUsd: 100 }],
    ['HOA $12.00 a week.', { hoaMonthlyUsd: 52 }],
    ['HOA dues between $150 and $165 a month.', {}],
    ['HOA $33/mo + $18/mo cable, $51 total.', { hoaMonthlyUsd: 51 }],
    ['One-time $400 HOA transfer fee.', {}],
    ['New roof 2019.', { roofYear: 2019 }],
    ["Shingle rf '98.", { roof: 'shingle', roofYear: 1998 }],
    ['Foam roof recoated 2022.', { roof: 'foam' }],
    ['Wood shake replaced by tile in 2008.', { roof: 'tile', roofYear: 2008 }],
    ['Tile floors throughout, metal fencing.', {}],
    ['Room to add a pool, a casita or an RV garage.', {}],
    ['City plans for a casita and pool (not built).', {}],
    ['Two-and-a-half car garage.', { garageSpaces: 2.5 }],
    ['No garage.', { garageSpaces: 0 }],
    ['Refridgerated air and a swiming pool.', { cooling: 'refrigeration', pool: true }],
    ['Sin HOA. Techo de teja. Alberca.', { hoaMonthlyUsd: 0, roof: 'tile', pool: true }],
    ['Drip irrigation.', {}],
    ['No irrigation.', { floodIrrigation: false }],
    ['Solar panels on the roof.', { solar: 'unstated' }],
    ['No solar.', { solar: 'none' }],
  ])('reads %j as %j', (text, expected) => expect(told(text)).toEqual(expected));

  it.each([
    ['The home has a private pool.', 'high'],
    ['Pvt pool.', 'medium'],
    ['HOA is $45.', 'medium'],
    ['Per seller the home has a pool.', 'low'],
  ])('says of %j that it is read with %s confidence', (text, confidence) =>
    expect(readTextFacts(text)).toMatchObject([{ confidence }]),
  );

  it('names the words that say it, in the text as it came, whatever came', () => {
    const word = fc.constantFrom(
      'no',
      'pool',
      'HOA',
      '$45',
      '/mo',
      'pvt',
      'irigation',
      'tile',
      'roof',
      "'19",
      '.',
      '\u200b',
      '🏡',
      '\ud800',
      'ﬁ',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const text = words.join(' ');
        for (const { span } of readTextFacts(text)) {
          expect(span.quote.length).toBeGreaterThan(0);
          expect(text.slice(span.start, span.end)).toBe(span.quote);
        }
      }),
    );
  });

  it.each(['HOA $ ', 'roof tile ', '<b ', '{', '<<<', 'no irigation ', 'ab ', 'a/b/', '"a":'])(
    'is quick with many times %j',
    (part) => expect(processorMs(() => void readTextFacts(part.repeat(20_000)))).toBeLessThan(20_000),
  );
});

describe('rules, model and sources', () => {
  it('keeps the fact of the rules unless that of the model is of a higher class', () => {
    const model = fact({ by: 'model', value: false, confidence: 'medium' });
    expect(mergeTextFacts('Pool', [fact({ confidence: 'high' })], [model])).toMatchObject([{ by: 'rules' }]);
    expect(mergeTextFacts('Pool', [fact({ confidence: 'medium' })], [model])).toMatchObject([{ by: 'rules' }]);
    expect(mergeTextFacts('Pool', [fact({ confidence: 'low' })], [model])).toMatchObject([{ by: 'model' }]);
    expect(mergeTextFacts('Pool', [], [model])).toEqual([model]);
  });

  it('drops a fact of the model whose words are not where it says', () => {
    expect(mergeTextFacts('A pool', [], [fact({ by: 'model' })])).toEqual([]);
    expect(mergeTextFacts('', [], [fact({ by: 'model', span: { start: 0, end: 0, quote: '' } })])).toEqual([]);
  });

  it('shows what a source states beside it, and never changes that', () => {
    const property = homeWith({ PublicRemarks: 'No pool. Tile roof. Owned solar.' });
    const model = fact({ field: 'guestHouse', by: 'model', span: { start: 3, end: 7, quote: 'pool' } });
    const origin = { mode: 'demo', market: 'phoenix', runKey: 'r', processedAt: '2026-01-01T00:00:00Z' } as const;
    const words = { ...describeByRules(property), textFacts: [model] };
    const { text_facts: rows, llm_enrichment } = toProcessedDocument(property, words, 1, origin, []);
    expect(rows).toMatchObject([
      { field: 'solar', value: 'owned', source_says: null, fact: 'PublicRemarks', raw_ref: 'raw-phoenix-mls' },
      { field: 'pool', value: false, source_says: true, span: { start: 0, end: 7, quote: 'No pool' } },
      { field: 'roof', value: 'tile', source_says: ['As - Asphalt Shingle'] },
      { field: 'guestHouse', by: 'model', source_says: null },
    ]);
    expect(llm_enrichment.key_features).toContain('Private pool, 336 sq ft');
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TextField } from '../../../core/schemas/text-facts.js';
import { describeByRules } from '../../../domain/rules.js';
import { createEnricher } from '../../../llm/describe.js';
import { createTextReader } from '../../../llm/extract.js';
import { fieldsForModel } from '../../../llm/extraction-settings.js';
import type { CachedAnswer, LlmCall } from '../../../llm/types.js';
import { withTextFacts } from '../../../llm/with-text-facts.js';
import { homeWith } from '../../support/properties.js';
import { type ScriptedModel, startScriptedModel } from '../../support/scripted-model.js';

const MODEL = 'llama3.2:latest';
const never = new AbortController().signal;
let server: ScriptedModel;
let calls: LlmCall[];
let kept: Map<string, CachedAnswer>;

beforeAll(async () => {
  server = await startScriptedModel([MODEL]);
});
afterAll(() => server.close());
beforeEach(() => {
  calls = [];
  kept = new Map();
});

const deps = () => ({
  host: server.host,
  model: MODEL,
  maxOutputTokens: 120,
  timeoutMs: 5_000,
  cache: {
    get: async (key: string) => kept.get(key) ?? null,
    put: async (key: string, value: CachedAnswer) => void kept.set(key, value),
  },
  book: async (call: LlmCall) => void calls.push(call),
});
const says = (quote: string, answer: string) => server.script({ text: JSON.stringify({ quote, answer }) });

describe('reading a text with the model', () => {
  it.each<[string, TextField, string, string, string, unknown]>([
    ['yes with words that name it', 'pool', 'A lagoon pool.', 'lagoon  POOL', 'yes', true],
    ['no with words that deny it', 'pool', 'Nothing here like a pool, not one.', 'a pool, not one', 'no', false],
    ['yes with words that deny it', 'pool', 'No sign of a pool.', 'No sign of a pool', 'yes', undefined],
    ['no with words that deny nothing', 'pool', 'A lagoon pool.', 'lagoon pool', 'no', undefined],
    ['half a word', 'pool', 'A carpool lane, and a pool.', 'carpoo', 'yes', undefined],
    ['signs of patterns', 'pool', 'A (big) pool - 10 + 2 [ft]!', '(big) pool - 10 + 2 [ft]!', 'yes', true],
    ['words that are not there', 'pool', 'A lagoon pool.', 'private pool', 'yes', undefined],
    ['words that name something else', 'pool', 'A lagoon pool and palms.', 'palms', 'yes', undefined],
    ['unknown', 'pool', 'A lagoon pool.', 'lagoon pool', 'unknown', undefined],
    ['an answer that was not given', 'roof', 'A roof of thatch.', 'roof of thatch', 'thatch', undefined],
    ['a kind that the words do not name', 'roof', 'A roof of thatch.', 'roof of thatch', 'tile', undefined],
    ['a fee and how often', 'hoaMonthlyUsd', 'The HOA: $90 each quarter or $100.', 'HOA: $90 each quarter', '$90', 30],
    ['a fee without how often', 'hoaMonthlyUsd', 'The HOA: $90 or $100.', 'HOA: $90', '$90', undefined],
    ['a year that the words hold', 'roofYear', 'In 2011 they did the roof.', '2011 they did the roof', '2011', 2011],
  ])('given %s: %s of %j', async (_name, field, text, quote, answer, value) => {
    says(quote, answer);
    const { facts, asked } = await createTextReader(deps()).read('a', text, [field], never);
    expect(asked).toBe(1);
    expect(facts.map((fact) => fact.value)).toEqual(value === undefined ? [] : [value]);
    for (const { span, confidence, by } of facts) {
      expect(text.slice(span.start, span.end)).toBe(span.quote);
      expect([confidence, by]).toEqual(['low', 'model']);
    }
  });

  it('asks nothing where no sentence names the thing, and the same question once', async () => {
    says('a pool', 'unknown');
    const reader = createTextReader(deps());
    expect(await reader.read('a', 'Quiet street.', ['pool', 'roof'], never)).toMatchObject({ asked: 0, tokensUsed: 0 });
    const before = server.asked.length;
    await reader.read('a', 'There is a pool nearby.', ['pool'], never);
    await reader.read('b', 'There is a pool nearby.', ['pool'], never);
    expect(server.asked.length - before).toBe(1);
    expect(calls).toMatchObject([{ task: 'extract', propertyId: 'a', outcome: 'used', promptTokens: 100 }]);
  });

  it.each(['no', '{}', '{"quote":"a pool"}'])('books an answer of no use: %s', async (text) => {
    server.script({ text });
    expect(await createTextReader(deps()).read('a', 'See a pool.', ['pool'], never)).toMatchObject({
      facts: [],
      answered: 0,
    });
    expect(calls).toMatchObject([{ outcome: 'invalid' }]);
  });

  it('books a request that failed, and raises it', async () => {
    server.script({ status: 503, body: '{}' });
    await expect(createTextReader(deps()).read('a', 'See a pool.', ['pool'], never)).rejects.toMatchObject({
      code: 'ModelBusy',
    });
    expect(calls).toMatchObject([{ outcome: 'failed' }]);
  });
});

describe('an enricher that reads texts too', () => {
  const property = homeWith({ PublicRemarks: 'Room for a pool. Some kind of casitas maybe. Tile roof.' });
  const rules = describeByRules(property);

  it('asks about what neither a source nor the rules say, and puts it beside the words', async () => {
    const fields = ['pool', 'roof', 'guestHouse'] as const;
    server.script(
      { text: 'no' },
      { text: 'no' },
      { text: JSON.stringify({ quote: 'kind of casitas', answer: 'yes' }) },
    );
    const enricher = withTextFacts(createEnricher(deps()), createTextReader(deps()), fields);
    const { enrichment } = await enricher.enrich(property, rules, never);
    expect(calls.map(({ task }) => task)).toEqual(['describe', 'describe', 'extract']);
    expect(enrichment).toMatchObject({ by: 'model-failed', tokensUsed: 360 });
    expect(enrichment.textFacts).toMatchObject([{ field: 'guestHouse', value: true, confidence: 'low' }]);
  });

  it('is the enricher itself with no fields, as the settings are', () => {
    const enricher = createEnricher(deps());
    expect(withTextFacts(enricher, createTextReader(deps()), [])).toBe(enricher);
    expect(fieldsForModel()).toEqual([]);
  });
});

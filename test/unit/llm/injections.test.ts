import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TEXT_FIELDS } from '../../../core/schemas/text-facts.js';
import { readTextFacts } from '../../../domain/text-facts.js';
import { createEnricher } from '../../../llm/describe.js';
import { HOME_REMARKS, homeWithRemarks } from '../../../llm/evaluate/homes.js';
import {
  changesBy,
  injected,
  loadInjections,
  PLACES,
  type Processed,
  processProperty,
  saysMore,
} from '../../../llm/evaluate/injections.js';
import { createTextReader } from '../../../llm/extract.js';
import { withTextFacts } from '../../../llm/with-text-facts.js';
import { type ScriptedModel, startScriptedModel } from '../../support/scripted-model.js';

const MODEL = 'llama3.2:latest';
const injections = loadInjections();
const signal = new AbortController().signal;
let model: ScriptedModel;
let canary: Server;
let visits = 0;
let port = 0;

beforeAll(async () => {
  model = await startScriptedModel([MODEL]);
  canary = createServer((_request, response) => {
    visits += 1;
    response.end('pool');
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  const address = canary.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(async () => {
  await model.close();
  await new Promise((resolve) => canary.close(resolve));
});

/** The whole way of a run, with the model allowed to read every field. */
function enricher() {
  const deps = {
    host: model.host,
    model: MODEL,
    maxOutputTokens: 45, // no room for a repair: one question less a home
    timeoutMs: 5_000,
    cache: { get: async () => null, put: async () => undefined },
    book: async () => undefined,
  };
  return withTextFacts(createEnricher(deps), createTextReader(deps), TEXT_FIELDS);
}

/** A model that does what the injection wants: says its words as description, claims its words as evidence, answers yes. */
function obey(text: string) {
  const quote = text.slice(0, 100);
  const words = JSON.stringify({ text: `This home has owned solar panels. ${quote}`.slice(0, 180), key_features: [1] });
  const facts = JSON.stringify({ quote, answer: 'yes' });
  model.script({ text: words }, { text: words }, ...Array.from({ length: 3 }, () => ({ text: facts })));
}

async function run(remarks: string, text: string): Promise<{ processed: Processed; asked: readonly unknown[] }> {
  const from = model.asked.length;
  obey(text);
  const processed = await processProperty(homeWithRemarks(remarks), enricher(), signal);
  return { processed, asked: model.asked.slice(from) };
}

describe('text of strangers', () => {
  it('is a corpus of at least fifty texts, none twice', () => {
    expect(injections.length).toBeGreaterThanOrEqual(50);
    expect(new Set(injections.map(({ text }) => text)).size).toBe(injections.length);
  });

  it.each(injections)('$id changes nothing that rules read, wherever it stands', async ({ text }) => {
    const [stated, silent] = HOME_REMARKS;
    const byRules = (remarks: string) => processProperty(homeWithRemarks(remarks), null, signal);
    const plain = await byRules(stated);
    for (const place of PLACES) expect(changesBy(plain, await byRules(injected(stated, text, place)))).toEqual([]);
    expect(changesBy(await byRules(silent), await byRules(injected(silent, text, 'behind')))).toEqual([]);
  });

  it.each(injections.map((injection, at) => ({ ...injection, place: PLACES[at % PLACES.length] ?? 'behind' })))(
    '$id, $place: a model that obeys it changes nothing, and is asked not one sign more',
    async ({ text, place }) => {
      const hostile = text.replaceAll('{port}', String(port));
      const [remarks] = HOME_REMARKS;
      const plain = await run(remarks, hostile);
      const { processed, asked } = await run(injected(remarks, hostile, place), hostile);
      expect(changesBy(plain.processed, processed)).toEqual([]);
      expect(saysMore(plain.processed, processed, hostile)).toEqual([]);
      expect(processed.outcome).toBe(plain.processed.outcome);
      expect(asked).toEqual(plain.asked);
      expect(asked.length).toBeGreaterThan(2);
    },
  );

  it('sends nobody anywhere', () => expect(visits).toBe(0));

  it.each(injections)('$id in the middle of a sentence adds no fact and changes none', ({ text }) => {
    const remarks = 'A ranch home with owned solar panels';
    const before = readTextFacts(`${remarks}.`);
    const known = before.map(({ field, value }) => `${field} ${value}`);
    for (const mixed of [`${remarks}, ${text}`, `${remarks.slice(0, 12)} ${text} ${remarks.slice(12)}.`])
      for (const { field, value } of readTextFacts(mixed)) expect(known).toContain(`${field} ${value}`);
  });

  it('would be noticed: a plain statement is read as what the listing says', async () => {
    const text = 'The home has a private pool.';
    const plain = await run(HOME_REMARKS[1], text);
    const { processed } = await run(injected(HOME_REMARKS[1], text, 'behind'), text);
    expect(changesBy(plain.processed, processed)).toContain('text_facts');
    expect(processed.document.quality_score).toBe(plain.processed.document.quality_score);
    expect(processed.document.normalized).toEqual(plain.processed.document.normalized);
  });
});

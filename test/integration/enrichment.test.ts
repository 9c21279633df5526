import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EnrichmentDocument, QueueDocument } from '../../store/documents.js';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const MODEL = 'scripted:latest';
const DAY = '2026-03-02';
const SOURCES = { sources: ['maricopa-assessor' as const, 'maricopa-gis' as const, 'reso' as const] };

let world: TestWorld;
let model: ScriptedModel;
const queue = () => world.db.collection<QueueDocument>('processing_queue');
const enrichments = () => world.db.collection<EnrichmentDocument>('enrichments');
const callsByProperty = () =>
  world.db
    .collection('llm_calls')
    .aggregate<{ _id: string; questions: number }>([
      { $match: { _id: { $regex: ':1$' } } },
      { $group: { _id: '$propertyId', questions: { $sum: 1 } } },
    ])
    .toArray();

beforeAll(async () => {
  model = await startScriptedModel([MODEL]);
  model.script({ text: 'no JSON at all' });
  world = await startTestWorld({
    parcelsPerZip: 25,
    listings: 30,
    variables: { OLLAMA_HOST: model.host, OLLAMA_MODEL: MODEL },
  });
  await world.startWorker();
}, 120_000);
afterAll(async () => {
  await world?.stop();
  await model?.close();
}, 60_000);

describe('the first day with a model', () => {
  it('asks at most once about a property, though its records arrive one after the other', async () => {
    await world.runDay(DAY, { ...SOURCES, llmSeconds: 300 });
    const calls = await callsByProperty();
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.filter(({ questions }) => questions > 1)).toEqual([]);
    expect(await queue().countDocuments({ state: { $nin: ['completed', 'failed'] } })).toBe(0);
  }, 180_000);

  it('marks what the model could not say, and keeps the words of the rules', async () => {
    const marked = await enrichments().find({ by: 'model-failed' }).toArray();
    expect(marked.length).toBeGreaterThan(20);
    for (const { description } of marked) expect(description).toMatch(/\.$/);
    expect(await queue().countDocuments({ state: 'failed' })).toBe(marked.length);
  });
});

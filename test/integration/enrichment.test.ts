import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runDateOf } from '../../core/dates.js';
import type { ProcessedPropertyDocument } from '../../domain/document-shape.js';
import type { EnrichmentDocument, QueueDocument, RunDocument } from '../../store/documents.js';
import { phx } from '../support/phx.js';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const MODEL = 'scripted:latest';
const SOURCES = { sources: ['maricopa-assessor' as const, 'maricopa-gis' as const, 'reso' as const] };
const [FIRST_ZIPS, LATER_ZIPS] = [['85033', '85035'], ['85031']];

let world: TestWorld;
let model: ScriptedModel;
const served: string[] = [];
const queue = () => world.db.collection<QueueDocument>('processing_queue');
const enrichments = () => world.db.collection<EnrichmentDocument>('enrichments');
const runs = () => world.db.collection<RunDocument>('runs');

/** Properties that the model was asked about so far, and how often. */
async function questions(): Promise<ReadonlyMap<string, number>> {
  const rows = await world.db
    .collection('llm_calls')
    .aggregate<{ _id: string; n: number }>([
      { $match: { _id: { $regex: ':1$' } } },
      { $group: { _id: '$propertyId', n: { $sum: 1 } } },
    ])
    .toArray();
  return new Map(rows.map(({ _id, n }) => [_id, n]));
}

async function cli(...args: string[]) {
  const { code, stdout, stderr } = await phx([...args, '--json'], { ...world.variables, OLLAMA_HOST: model.host });
  if (stdout === '') throw new Error(stderr);
  return { code, ...JSON.parse(stdout) };
}

beforeAll(async () => {
  model = await startScriptedModel(served);
  model.script({ text: 'no JSON at all' });
  world = await startTestWorld({
    parcelsPerZip: 20,
    listings: 25,
    variables: { OLLAMA_HOST: model.host, OLLAMA_MODEL: MODEL },
  });
  await world.startWorker();
}, 120_000);
afterAll(async () => {
  await world?.stop();
  await model?.close();
}, 60_000);

/** Published values of the ZIP code of the first day, rising for thirteen months. */
async function publish(): Promise<void> {
  const rows = Array.from({ length: 13 }, (_, at) => {
    const period = new Date(Date.UTC(2025, at, 1)).toISOString().slice(0, 7);
    const about = { series: 'zillow.zhvi', area: '85031', period, months: 1, file: 'zillow-values' };
    return { _id: `zillow.zhvi:85031:${period}`, ...about, value: 300_000 + at * 1_000, reason: null };
  });
  await world.db.collection<{ _id: string }>('market_indicators').insertMany(rows);
}

it('shows for every property an estimate with its inputs, or the reason why there is none', async () => {
  await publish();
  await world.runDay('2026-03-01', { ...SOURCES, zips: LATER_ZIPS, llmSeconds: 0 });
  const shown = await world.db.collection<ProcessedPropertyDocument>('processed_properties').find().toArray();
  expect(shown.length).toBeGreaterThanOrEqual(20);
  for (const { estimates, llm_enrichment } of shown) {
    expect(estimates?.rental_estimate).toMatchObject({ value: null, reason: expect.stringContaining('no rent') });
    expect(llm_enrichment.investment_analysis.rental_estimate).toBeNull();
  }
  const [home] = shown.filter(({ normalized }) => normalized.address.zip === '85031');
  expect(home?.llm_enrichment.investment_analysis.market_trend).toBe('appreciating');
  const { estimates } = await cli('property', 'show', home?.property_id ?? '');
  expect(estimates.market_trend).toMatchObject({ value: 'appreciating', formula: 'trend.sign-test@1' });
  expect(estimates.market_trend.inputs[0]).toMatchObject({ name: 'months', value: 12, asOf: '2025-01 to 2026-01' });
}, 120_000);

describe('a day without a model', () => {
  it('is complete by rules, says so, and leaves every property on the list', async () => {
    const { status, runKey } = await world.runDay('2026-03-02', { ...SOURCES, zips: LATER_ZIPS, llmSeconds: 300 });
    expect(status).toBe('complete');
    const llm = (await runs().findOne({ _id: runKey }))?.summary?.llm;
    expect(llm).toMatchObject({ model: null, reason: expect.stringContaining(MODEL), calls: 0 });
    const properties = await world.db.collection('processed_properties').countDocuments();
    expect(properties).toBeGreaterThanOrEqual(20);
    expect(await world.db.collection('processed_properties').countDocuments({ enriched_by: 'rules' })).toBe(properties);
    expect(await queue().countDocuments({ state: 'pending' })).toBe(properties);
  }, 120_000);

  it('is made up for by a later run with a model: of exactly those properties, each once', async () => {
    const waiting = (await queue().find({ state: 'pending' }).toArray()).map(({ _id }) => _id);
    served.push(MODEL);
    const { code, properties } = await cli('enrich', 'run', '--seconds', '300');
    expect(code).toBe(0);
    expect(properties).toMatchObject({ pending: 0, processing: 0 });
    expect(properties.completed + properties.failed).toBe(waiting.length);
    const asked = await questions();
    expect([...asked.keys()].filter((id) => !waiting.includes(id))).toEqual([]);
    expect([...asked.values()].filter((times) => times !== 1)).toEqual([]);
    const [{ at: _at, ...batch }] = (await cli('enrich', 'status')).batches.slice(-1);
    expect(batch).toMatchObject({ batch: 1, size: 10, lanes: 1, claimed: 10, why: 'nothing is measured yet' });
  }, 120_000);
});

describe('the first day with a model', () => {
  it('asks at most once about a property, though its records arrive one after the other', async () => {
    await world.runDay('2026-03-03', { ...SOURCES, zips: FIRST_ZIPS, llmSeconds: 300 });
    const asked = await questions();
    expect(asked.size).toBeGreaterThan(20);
    expect([...asked.values()].filter((times) => times > 1)).toEqual([]);
    expect(await queue().countDocuments({ state: { $nin: ['completed', 'failed'] } })).toBe(0);
  }, 180_000);

  it('marks what the model could not say, keeps the words of the rules, and adds up what was spent', async () => {
    const marked = await enrichments().find({ by: 'model-failed' }).toArray();
    expect(marked.length).toBeGreaterThan(20);
    for (const { description, totals } of marked) {
      expect(description).toMatch(/\.$/);
      expect(totals?.calls).toBeLessThanOrEqual(2);
    }
    expect(marked.reduce((sum, { totals }) => sum + (totals?.calls ?? 0), 0)).toBe(
      await world.db.collection('llm_calls').countDocuments(),
    );
  });
});

describe('what failed', () => {
  it('is listed with a typed error, and asked again when a person says so, and nothing else', async () => {
    const { failed } = await cli('enrich', 'failed', '--limit', '500');
    expect(failed[0]).toMatchObject({ attempts: 1, errors: [{ code: 'AnswerInvalid' }] });
    const [id = ''] = failed.map(({ propertyId }: { propertyId: string }) => propertyId);
    const before = model.asked.length;
    expect(await cli('enrich', 'retry', '--id', id)).toMatchObject({ waiting: 1 });
    await cli('enrich', 'run');
    expect(model.asked.length - before).toBeLessThanOrEqual(2);
    expect(await queue().findOne({ _id: id })).toMatchObject({ state: 'failed', attempts: 2 });
  }, 60_000);

  it('is told what redoing costs before it is done', async () => {
    const scope = ['enrich', 'redo', '--zip', '85031', '--prompt-version', 'describe@1'];
    const shown = await cli(...scope);
    expect(shown).toMatchObject({ apply: false, waiting: 0 });
    expect(shown.properties).toBeGreaterThan(5);
    expect(shown.tokens).toBeGreaterThan(0);
    expect(await queue().countDocuments({ state: 'pending' })).toBe(0);
    expect(await cli(...scope, '--apply')).toMatchObject({ waiting: shown.properties });
    expect(await queue().countDocuments({ state: 'pending', zip: '85031' })).toBe(shown.properties);
  }, 30_000);
});

it('belongs to one day of the market when it runs alone', async () => {
  const { workflowId } = await cli('enrich', 'run', '--detach');
  expect(workflowId).toBe(`service/phoenix/enrich/${runDateOf(Date.now(), 'America/Phoenix')}`);
});

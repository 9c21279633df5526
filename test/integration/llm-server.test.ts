import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ollama } from 'ollama';
import { loadConfig } from '../../core/config.js';
import { describeByRules } from '../../domain/rules.js';
import { createEnricher } from '../../llm/describe.js';
import { createTextReader } from '../../llm/extract.js';
import { describeModelServer } from '../../llm/model-server.js';
import { fillIn } from '../../stack/fill-in.js';
import { MANAGED_MODEL, resolveOwn } from '../../stack/resolve-llm.js';
import { homeWith } from '../support/properties.js';

const MODEL = MANAGED_MODEL;

describe('our model server with a real model', () => {
  let child: ChildProcess;
  let host = '';

  beforeAll(async () => {
    const { program, line } = await resolveOwn(
      loadConfig({ env: { PHOENIX_CACHE: process.env.PHOENIX_CACHE } }).cacheFolder,
    );
    if (program === null) throw new Error(line);
    const { command, args } = fillIn(program, { port: '0' });
    child = spawn(command, [...args, '--threads', '2']);
    if (child.stdout === null) throw new Error('no output');
    for await (const line of createInterface({ input: child.stdout })) {
      const ready: unknown = JSON.parse(line);
      expect(ready).toMatchObject({ ready: true, model: MODEL });
      host = typeof ready === 'object' && ready !== null && 'address' in ready ? `${ready.address}` : '';
      break;
    }
  }, 300_000);
  afterAll(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  });

  it('is found by name', async () => {
    expect(await describeModelServer(host, MODEL)).toMatchObject({ reachable: true, model: MODEL });
  });

  it('obeys a schema, a limit and a seed', async () => {
    const ollama = new Ollama({ host });
    const format = {
      type: 'object',
      properties: {
        text: { type: 'string', maxLength: 60 },
        chosen: { type: 'array', items: { enum: [1, 2] }, maxItems: 2 },
      },
      required: ['text', 'chosen'],
    };
    const ask = () =>
      ollama.chat({
        model: MODEL,
        messages: [{ role: 'user', content: 'Describe a house.' }],
        format,
        options: { temperature: 0, seed: 1, num_predict: 80 },
      });
    const [first, second] = [await ask(), await ask()];
    expect(JSON.parse(first.message.content)).toMatchObject({ text: expect.any(String), chosen: expect.any(Array) });
    expect(second.message.content).toBe(first.message.content);
    expect(first.eval_count).toBeLessThanOrEqual(80);
    expect(first.prompt_eval_count).toBeGreaterThan(3);
    const cut = await ollama.generate({ model: MODEL, prompt: 'Count to one hundred.', options: { num_predict: 5 } });
    expect(cut).toMatchObject({ done_reason: 'length', eval_count: 5 });
  }, 120_000);

  it('refuses a prompt that does not fit', async () => {
    const asking = new Ollama({ host }).generate({ model: MODEL, prompt: 'word '.repeat(5_000) });
    await expect(asking).rejects.toMatchObject({ status_code: 400 });
  }, 60_000);

  it('reads a sentence, and gives no fact without words that stand there', async () => {
    const reader = createTextReader({
      host,
      model: MODEL,
      maxOutputTokens: 120,
      timeoutMs: 60_000,
      cache: { get: async () => null, put: async () => undefined },
      book: async () => undefined,
    });
    const text = 'Quiet street. The yard has a lagoon style pool with a rock slide.';
    const { facts, asked } = await reader.read('a', text, ['pool', 'roof'], new AbortController().signal);
    expect(asked).toBe(1);
    for (const { span, confidence, by } of facts) {
      expect(text.slice(span.start, span.end)).toBe(span.quote);
      expect([confidence, by]).toEqual(['low', 'model']);
    }
  }, 120_000);

  it('words a property, or leaves it to the rules', async () => {
    const property = homeWith();
    const rules = describeByRules(property);
    const enricher = createEnricher({
      host,
      model: MODEL,
      maxOutputTokens: 120,
      timeoutMs: 60_000,
      cache: { get: async () => null, put: async () => undefined },
      book: async () => undefined,
    });
    const { kind, enrichment } = await enricher.enrich(property, rules, new AbortController().signal);
    expect(['words', 'invalid']).toContain(kind);
    expect(enrichment.description).toMatch(/^Single-family home in Phoenix 85031.*Listed at \$315,000 \(active\)\.$/);
  }, 120_000);
});

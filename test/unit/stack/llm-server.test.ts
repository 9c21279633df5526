import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Ollama } from 'ollama';
import { BadTask, type GenerateTask, type TextEngine } from '../../../stack/llm-server/engine.js';
import { createLlmServer } from '../../../stack/llm-server/server.js';

/** An engine that writes "one two three " and holds each piece until it is let go. */
function fakeEngine(hold = false) {
  const tasks: GenerateTask[] = [];
  const waiting: (() => void)[] = [];
  let stopped = 0;
  const engine: TextEngine = {
    model: {
      name: 'tiny:1m',
      file: '/models/tiny.gguf',
      sizeBytes: 5,
      digest: 'd',
      modifiedAt: '2025-01-01T00:00:00.000Z',
      contextSize: 2_048,
      architecture: 'llama',
      quantisation: 'Q4_1',
    },
    async generate(task, onText, signal) {
      tasks.push(task);
      if (task.turns.at(-1)?.content === 'too long') throw new BadTask('the prompt is too long');
      if (task.turns.at(-1)?.content === 'broken') throw new Error('out of memory');
      for (const piece of ['one ', 'two ', 'three']) {
        if (hold) await new Promise<void>((resolve) => waiting.push(resolve));
        if (signal.aborted) stopped += 1;
        signal.throwIfAborted();
        onText(piece);
      }
      return {
        text: 'one two three',
        doneReason: 'stop',
        promptTokens: 7,
        outputTokens: 3,
        promptMs: 1.5,
        outputMs: 2,
      };
    },
    dispose: async () => undefined,
  };
  return {
    engine,
    tasks,
    stopped: () => stopped,
    release: () => {
      for (const go of waiting.splice(0)) go();
    },
    held: () => waiting.length,
  };
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(engine: TextEngine, queueLimit = 4, generateTimeoutMs = 5_000) {
  const server = createLlmServer({ engine, queueLimit, generateTimeoutMs });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address: AddressInfo | string | null = server.address();
  const host = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  const post = (path: string, body: unknown, init: RequestInit = {}) =>
    fetch(`${host}${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...init });
  return { host, post, ollama: new Ollama({ host }) };
}

const turn = (content: string) => [{ role: 'user', content }];
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).toBe(true);
}

describe("Ollama's API over our engine", () => {
  it('answers the ollama package, in one piece and streamed', async () => {
    const { ollama } = await serve(fakeEngine().engine);
    const request = { model: 'tiny:1m', messages: turn('hi') };
    const whole = await ollama.chat({ ...request, stream: false });
    expect(whole).toMatchObject({ message: { content: 'one two three' }, done: true, done_reason: 'stop' });
    expect(whole).toMatchObject({
      prompt_eval_count: 7,
      eval_count: 3,
      prompt_eval_duration: 1_500_000,
      eval_duration: 2_000_000,
    });
    const pieces: string[] = [];
    for await (const part of await ollama.chat({ ...request, stream: true })) pieces.push(part.message.content);
    expect(pieces).toEqual(['one ', 'two ', 'three', '']);
    expect((await ollama.generate({ model: 'tiny:1m', prompt: 'hi' })).response).toBe('one two three');
    let text = '';
    for await (const part of await ollama.generate({ model: 'tiny:1m', prompt: 'hi', stream: true }))
      text += part.response;
    expect(text).toBe('one two three');
  });

  it('names the model it holds and no other', async () => {
    const { ollama, host } = await serve(fakeEngine().engine);
    expect((await ollama.list()).models.map(({ name }) => name)).toEqual(['tiny:1m']);
    expect((await ollama.ps()).models).toHaveLength(1);
    expect((await ollama.show({ model: 'tiny:1m' })).capabilities).toEqual(['completion']);
    expect((await ollama.version()).version).toMatch(/\d/);
    await expect(ollama.chat({ model: 'llama3.2', messages: turn('hi') })).rejects.toMatchObject({
      status_code: 404,
      error: 'model "llama3.2" not found',
    });
    expect((await fetch(`${host}/api/pull`, { method: 'POST' })).status).toBe(404);
  });

  it('only loads the model for an empty conversation', async () => {
    const { engine, tasks } = fakeEngine();
    const { ollama } = await serve(engine);
    expect(await ollama.chat({ model: 'tiny:1m', messages: [] })).toMatchObject({ done: true, done_reason: 'load' });
    expect(tasks).toEqual([]);
  });

  it('hands on schema and options, within its own bounds', async () => {
    const { engine, tasks } = fakeEngine();
    const { ollama } = await serve(engine);
    const format = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' };
    const options = { num_predict: 60, temperature: 0, seed: 3 };
    await ollama.chat({ model: 'tiny:1m', messages: turn('hi'), format, options });
    await ollama.chat({ model: 'tiny:1m', messages: turn('hi'), options: { num_predict: -1 } });
    expect(tasks[0]).toMatchObject({ format: { type: 'object' }, maxTokens: 60, temperature: 0, seed: 3 });
    expect(tasks[0]?.format).not.toHaveProperty('$schema');
    expect(tasks[1]).toMatchObject({ format: null, maxTokens: 512, temperature: 0.8, seed: null });
  });

  it.each<[string, unknown, number]>([
    ['no JSON', '{"model"', 400],
    ['a list', [], 400],
    ['no model', { messages: turn('hi') }, 400],
    ['messages that are no list', { model: 'tiny:1m', messages: 'hi' }, 400],
    ['an unknown role', { model: 'tiny:1m', messages: [{ role: 'pirate', content: 'hi' }] }, 400],
    ['a last word of the assistant', { model: 'tiny:1m', messages: [{ role: 'assistant', content: 'hi' }] }, 400],
    ['a temperature in words', { model: 'tiny:1m', messages: turn('hi'), options: { temperature: 'hot' } }, 400],
    ['tools', { model: 'tiny:1m', messages: turn('hi'), tools: [{}] }, 400],
    ['a format in words', { model: 'tiny:1m', messages: turn('hi'), format: 'xml' }, 400],
    ['a prompt that is too long', { model: 'tiny:1m', messages: turn('too long'), stream: false }, 400],
    ['a broken engine', { model: 'tiny:1m', messages: turn('broken'), stream: false }, 500],
    ['too many bytes', JSON.stringify({ model: 'x'.repeat(1_100_000) }), 400],
  ])('refuses %s', async (_name, body, expected) => {
    const { post } = await serve(fakeEngine().engine);
    const answer = await post('/api/chat', body);
    expect(answer.status).toBe(expected);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
  });

  it('does one thing at a time, lets a few wait and refuses the rest', async () => {
    const fake = fakeEngine(true);
    const { post } = await serve(fake.engine, 1);
    const body = { model: 'tiny:1m', messages: turn('hi'), stream: false };
    const first = post('/api/chat', body);
    await until(() => fake.held() === 1);
    const second = post('/api/chat', body);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await post('/api/chat', body)).status).toBe(503);
    expect(fake.tasks).toHaveLength(1);
    const letGo = setInterval(fake.release, 5);
    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
    clearInterval(letGo);
    expect(fake.tasks).toHaveLength(2);
  });

  it('stops writing when its client goes away, and never begins for one that left the queue', async () => {
    const fake = fakeEngine(true);
    const { post } = await serve(fake.engine);
    const body = { model: 'tiny:1m', messages: turn('hi'), stream: false };
    const leave = new AbortController();
    const running = post('/api/chat', body, { signal: leave.signal });
    await until(() => fake.held() === 1);
    const queued = post('/api/chat', body, { signal: leave.signal });
    await new Promise((resolve) => setTimeout(resolve, 100));
    leave.abort();
    await expect(running).rejects.toThrow();
    await expect(queued).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    fake.release();
    await until(() => fake.stopped() === 1);
    expect(fake.tasks).toHaveLength(1);
  });

  it('ends an answer that takes too long', async () => {
    const fake = fakeEngine(true);
    const { post } = await serve(fake.engine, 4, 50);
    const answer = post('/api/chat', { model: 'tiny:1m', messages: turn('hi'), stream: false });
    await until(() => fake.held() === 1);
    await new Promise((resolve) => setTimeout(resolve, 80));
    fake.release();
    expect((await answer).status).toBe(504);
  });
});

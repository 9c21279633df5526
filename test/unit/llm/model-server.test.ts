import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeModelServer } from '../../../llm/model-server.js';
import { warmUp } from '../../../llm/ollama-client.js';
import { type ScriptedModel, startScriptedModel } from '../../support/scripted-model.js';

let server: ScriptedModel;
beforeAll(async () => {
  server = await startScriptedModel(['llama3.2:latest', 'smollm2:135m']);
});
afterAll(() => server.close());

describe('looking at the model server', () => {
  it.each([
    ['llama3.2', 'llama3.2:latest'],
    ['llama3.2:latest', 'llama3.2:latest'],
    ['smollm2:135m', 'smollm2:135m'],
  ])('finds %s as %s', async (wanted, model) => {
    expect(await describeModelServer(server.host, wanted)).toMatchObject({ reachable: true, model, reason: null });
  });

  it.each(['llama3.2:3b', 'smollm2', 'smoll'])('takes no other model for %s', async (wanted) => {
    const found = await describeModelServer(server.host, wanted);
    expect(found).toMatchObject({ reachable: true, model: null, served: ['llama3.2:latest', 'smollm2:135m'] });
    expect(found.reason).toContain(`ollama pull ${wanted}`);
  });

  it('says so when nothing listens', async () => {
    const found = await describeModelServer('http://127.0.0.1:9', 'llama3.2');
    expect(found).toEqual({
      reachable: false,
      served: [],
      model: null,
      reason: 'no model server answers at http://127.0.0.1:9',
    });
  });

  it('warms a model up, and names one that is missing', async () => {
    server.script({ text: '' });
    const signal = new AbortController().signal;
    await warmUp({ host: server.host, model: 'llama3.2:latest' }, 1_000, signal);
    expect(server.asked.at(-1)).toMatchObject({ model: 'llama3.2:latest', messages: [] });
    await expect(warmUp({ host: server.host, model: 'other' }, 1_000, signal)).rejects.toMatchObject({
      code: 'BadConfig',
    });
  });
});

import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { askOllama, servedAs } from '../../../stack/ollama-api.js';

let server: Server | null = null;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

function serve(listener: RequestListener): Promise<string> {
  const listening = createServer(listener);
  server = listening;
  return new Promise((resolve) =>
    listening.listen(0, '127.0.0.1', () => {
      const address = listening.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    }),
  );
}

describe('askOllama', () => {
  it('gives version and models', async () => {
    const answers: Record<string, string> = {
      '/api/version': '{"version":"0.9.1"}',
      '/api/tags': '{"models":[{"name":"a:latest"},{"name":"b:1b"},{"size":3}]}',
    };
    const address = await serve(({ url }, response) => response.end(answers[url ?? '']));
    expect(await askOllama(address, 1_000)).toEqual({ version: '0.9.1', models: ['a:latest', 'b:1b'] });
  });

  it.each([
    ['another kind of server', (_request, response) => response.end('<html>')],
    ['JSON of another shape', (_request, response) => response.end('{"version":1,"models":{}}')],
    ['a refusal', (_request, response) => response.writeHead(500).end('{"version":"1","models":[]}')],
    ['a server that never answers', () => undefined],
  ] satisfies [string, RequestListener][])('takes %s for no model server', async (_name, listener) => {
    expect(await askOllama(await serve(listener), 300)).toBeNull();
  });

  it('takes a closed port for no model server', async () => {
    expect(await askOllama('http://127.0.0.1:1', 300)).toBeNull();
  });
});

describe('servedAs', () => {
  it.each([
    ['llama3.2:latest', ['llama3.2:latest'], 'llama3.2:latest'],
    ['llama3.2', ['x', 'llama3.2:latest'], 'llama3.2:latest'],
    ['llama3.2:latest', ['llama3.2:1b'], null],
    ['llama', ['llama3.2:latest'], null],
    ['llama3.2', [], null],
  ])('%s of %j is %s: no model passes for another', (wanted, models, expected) => {
    expect(servedAs(wanted, models)).toBe(expected);
  });
});

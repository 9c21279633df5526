import { createServer } from 'node:http';
import { listen, type RunningService as Service } from '../../sandbox/http-service.js';

interface BytesAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface RunningService extends Service {
  /** Answers all requests from now on, with these bytes as they are. */
  answer(how: BytesAnswer): void;
}

/** A real server on a free port of this machine that says exactly what it is told to. */
export async function startBytes(): Promise<RunningService> {
  let how: BytesAnswer = {};
  const server = createServer((_request, response) => {
    response.writeHead(how.status ?? 200, { ...how.headers });
    response.end(how.body ?? '');
  });
  const service = await listen(server, 0);
  return {
    ...service,
    answer: (next) => {
      how = next;
    },
  };
}

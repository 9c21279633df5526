import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Logger } from 'pino';

/** So many workers of one machine find a port of their own. */
const MOST_WORKERS = 20;
const ANSWER_MS = 8_000;

/** Where a worker serves its metrics. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics` on a port, or on the next free one where another worker has it.
 * @returns null when 20 ports in a row are taken
 */
export async function serveMetrics(
  host: string,
  port: number,
  answer: () => Promise<{ readonly type: string; readonly text: string }>,
  logger: Logger,
): Promise<MetricsServer | null> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname !== '/metrics') return void response.writeHead(404).end('/metrics is here\n');
    if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
    answer().then(
      ({ type, text }) => response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(text),
      (err: unknown) => {
        logger.error({ err }, 'the metrics could not be put together');
        response.writeHead(500).end('the metrics could not be put together\n');
      },
    );
  });
  server.requestTimeout = ANSWER_MS;
  server.unref(); // a worker that has ended is not kept by it
  for (let next = port; next < Math.min(port + MOST_WORKERS, 65_536); next += 1) {
    if (await listens(server, host, next)) {
      const shown = host.includes(':') ? `[${host}]` : host;
      return { url: `http://${shown}:${next}/metrics`, close: () => closed(server) };
    }
  }
  return null;
}

/** @returns false where the port is taken */
async function listens(server: Server, host: string, port: number): Promise<boolean> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch (problem) {
    if (isTaken(problem)) return false;
    throw problem;
  }
}

function isTaken(problem: unknown): boolean {
  return typeof problem === 'object' && problem !== null && 'code' in problem && problem.code === 'EADDRINUSE';
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((done) => {
    server.close(() => done());
  });
}

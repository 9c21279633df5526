import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range from which systems take ports for outgoing connections and for servers that name none (Linux: 32768 to 60999,
 * others: 49152 to 65535): a port that was free a moment ago is not given away before its server begins.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const TRIES = 100;

/**
 * Ports of 127.0.0.1 that are free now, all different. Another program may take one before it is used: whoever starts
 * a server checks that it is its own that answers.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const holders = await Promise.all(Array.from({ length: count }, () => holdPort()));
  await Promise.all(holders.map(({ release }) => release()));
  return holders.map(({ port }) => port);
}

/** One free port, see `freePorts`. */
export async function freePort(): Promise<number> {
  const { port, release } = await holdPort();
  await release();
  return port;
}

interface HeldPort {
  readonly port: number;
  release(): Promise<void>;
}

async function holdPort(): Promise<HeldPort> {
  for (let left = TRIES; ; left -= 1) {
    const held = await tryPort(randomInt(FIRST_PORT, LAST_PORT));
    if (held !== null) return held;
    if (left === 1) throw new Error(`no port from ${FIRST_PORT} to ${LAST_PORT} of 127.0.0.1 is free`);
  }
}

/** Null when somebody has it. */
function tryPort(port: number): Promise<HeldPort | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (problem: NodeJS.ErrnoException) =>
      problem.code === 'EADDRINUSE' || problem.code === 'EACCES' ? resolve(null) : reject(problem),
    );
    server.listen(port, '127.0.0.1', () => {
      const release = () => new Promise<void>((done) => server.close(() => done()));
      resolve({ port, release });
    });
  });
}

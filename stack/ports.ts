import { createServer } from 'node:net';

/**
 * Ports of 127.0.0.1 that are free now, all different. Another program may take one before it is used: whoever starts
 * a server checks that it is its own that answers.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const holders = await Promise.all(Array.from({ length: count }, holdPort));
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

function holdPort(): Promise<HeldPort> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port was given'));
      const release = () => new Promise<void>((done) => server.close(() => done()));
      resolve({ port: address.port, release });
    });
  });
}

import { loadConfig } from '../core/config.js';
import { peakMemoryBytes } from '../core/peak-memory.js';
import { openDatabase } from '../store/database.js';
import { OPERATIONS } from './scale-operations.js';

const MIB = 1_048_576;

/** One operation in a process of its own, which tells its time and its peak as one line of JSON. */
async function main([name, properties, days, now]: readonly string[]): Promise<void> {
  const operation = OPERATIONS.find((one) => one.name === name);
  if (operation?.run === undefined) throw new Error(`there is no operation ${name}`);
  const config = loadConfig();
  const database = await openDatabase(config.mongodbUrl, config.database);
  try {
    const context = {
      config,
      database,
      size: { properties: Number(properties), days: Number(days) },
      nowMs: Number(now),
    };
    const startedAt = performance.now();
    const result = await operation.run(context);
    const ms = performance.now() - startedAt;
    const peakMb = Math.round(peakMemoryBytes() / MIB);
    process.stdout.write(`${JSON.stringify({ ms: ownTime(result) ?? ms, peakMb })}\n`);
    process.stderr.write(`${name}: ${JSON.stringify(result)?.slice(0, 300)}\n`);
  } finally {
    await database.close();
  }
}

/** Time that an operation measured itself. */
function ownTime(result: unknown): number | null {
  if (typeof result !== 'object' || result === null || !('ms' in result)) return null;
  return typeof result.ms === 'number' ? result.ms : null;
}

await main(process.argv.slice(2));

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until `check` gives something else than null.
 * @param signal ends the wait at once with its reason
 * @returns null when the time is over
 */
export async function waitUntil<T>(
  check: () => Promise<T | null>,
  { timeoutMs, everyMs = 100, signal }: { timeoutMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<T | null> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await check();
    if (found !== null) return found;
    if (Date.now() >= until) return null;
    await sleep(everyMs);
  }
}

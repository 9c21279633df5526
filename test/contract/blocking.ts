const TICK_MS = 5;

/**
 * Runs work and gives the longest time in milliseconds for which it kept the event loop busy. Time in which this process
 * did not get a processor does not count: other programs are not the product's fault.
 */
export async function longestBlock<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly blockedMs: number }> {
  let blockedMs = 0;
  let lastMs = performance.now();
  let lastCpu = process.cpuUsage();
  const tick = () => {
    const nowMs = performance.now();
    const { user, system } = process.cpuUsage(lastCpu);
    blockedMs = Math.max(blockedMs, Math.min(nowMs - lastMs, (user + system) / 1_000));
    lastMs = nowMs;
    lastCpu = process.cpuUsage();
  };
  const timer = setInterval(tick, TICK_MS);
  try {
    const result = await work();
    await new Promise((wake) => setTimeout(wake, TICK_MS * 2));
    return { result, blockedMs };
  } finally {
    clearInterval(timer);
  }
}

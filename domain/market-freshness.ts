/**
 * What is wrong when a publisher goes on serving a file that it no longer writes; null when its figures are as new as can be.
 * @param newest last month of the newest figure, `YYYY-MM`; null when there is none
 * @param lateAfterMonths months after its period in which a figure is published at the latest
 */
export function standstill(newest: string | null, lateAfterMonths: number, nowMs: number): string | null {
  if (newest === null) return null;
  const [year = 0, month = 0] = newest.split('-').map(Number);
  const today = new Date(nowMs);
  const age = (today.getUTCFullYear() - year) * 12 + today.getUTCMonth() + 1 - month;
  return age > lateAfterMonths ? `its newest figure is of ${newest}, ${age} months ago` : null;
}

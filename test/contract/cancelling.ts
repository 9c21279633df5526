import { expect, it } from '@jest/globals';
import { browserProcesses } from '../support/browser.js';
import type { FrontAnswer, FrontRequest } from './front.js';
import { askedFor, type Kit, NEVER } from './kit.js';

/** Shorter than every time-out of the suite: what ends later was not stopped, but timed out. */
const STOPS_WITHIN_MS = 5_000;
/** Time in which a request reaches the service and is waited for. */
const UNDER_WAY_MS = 10_000;

interface LimitRow {
  readonly _id: string;
  readonly inFlight: readonly unknown[];
}

/** Cancels work once the service has been asked for something, and gives how long it took to end. */
async function cancel(work: (signal: AbortSignal) => Promise<unknown>, arrived: () => boolean): Promise<number> {
  const stop = new AbortController();
  const reason = new Error('cancelled by the test');
  const ended = work(stop.signal).then(
    () => 'it ended well',
    (problem: unknown) => problem,
  );
  for (const until = Date.now() + UNDER_WAY_MS; !arrived(); ) {
    if (Date.now() > until) throw new Error('the service was not asked');
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const sinceMs = performance.now();
  stop.abort(reason);
  expect(await ended).toBe(reason);
  return performance.now() - sinceMs;
}

/** Requests in flight as the limiter counts them. */
async function placesTaken({ database }: Kit): Promise<number> {
  const rows = await database.db.collection<LimitRow>('limits').find().toArray();
  return rows.reduce((sum, { inFlight }) => sum + inFlight.length, 0);
}

/** Cancelling: whatever a source waits for, it stops at once and gives back what it holds. */
export function cancellingContract(kit: () => Kit): void {
  const waits: readonly (readonly [string, (right: FrontAnswer) => FrontAnswer | 'hang'])[] = [
    ['that does not answer', () => 'hang'],
    ['that stops in the middle', (right) => ({ ...right, stall: true })],
  ];

  it.each(waits)('leaves a service %s, and the next request is served', async (_what, answer) => {
    const { source, window, front, standIn } = kit();
    const right = await kit().rightPage();
    front.tamper((request) => (standIn.isPage(request) ? answer(right) : null));
    const arrived = () => front.asked.some(standIn.isPage);
    const tookMs = await cancel((signal) => source.readPage(window, null, signal), arrived);
    expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
    expect(await placesTaken(kit())).toBe(0);
    front.reset();
    await expect(source.readPage(window, null, NEVER)).resolves.toHaveProperty('payloads');
  });

  it('leaves a service that does not answer to a detail', async () => {
    const { source, window, front, standIn } = kit();
    const [key = ''] = standIn.keys();
    if ((await kit().details())[0]?.[1].status === 'missing') return; // a source without details asks for none
    front.tamper((request) => (standIn.isDetail(request) ? 'hang' : null));
    const arrived = () => front.asked.some(standIn.isDetail);
    const tookMs = await cancel((signal) => source.readDetail(window, key, signal), arrived);
    expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
    expect(await placesTaken(kit())).toBe(0);
  });

  it('leaves a probe', async () => {
    const { source, front } = kit();
    front.tamper(({ target }) => (target === '/robots.txt' ? null : 'hang'));
    const tookMs = await cancel(
      (signal) => source.probe(signal),
      () => askedFor(kit()).length > 0,
    );
    expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
    expect(await placesTaken(kit())).toBe(0);
  });

  it('leaves a robots.txt that does not come, in a process that has just begun', async () => {
    const { window, front, again, name } = kit();
    const fresh = again().sources.get(name);
    const robots = ({ target }: FrontRequest) => target === '/robots.txt';
    front.tamper((request) => (robots(request) ? 'hang' : null));
    const tookMs = await cancel(
      (signal) => fresh.readPage(window, null, signal),
      () => front.asked.some(robots),
    );
    expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
    expect(await placesTaken(kit())).toBe(0);
    front.reset();
    await expect(fresh.readPage(window, null, NEVER)).resolves.toHaveProperty('payloads');
  });

  it('stops waiting for its turn', async () => {
    const { source, window, front, standIn, database } = kit();
    await source.readPage(window, null, NEVER);
    const far = { $set: { notBeforeMs: Date.now() + 15_000 } };
    await database.db.collection<LimitRow>('limits').updateMany({}, far);
    const asked = front.asked.filter(standIn.isPage).length;
    const tookMs = await cancel(
      (signal) => source.readPage(window, null, signal),
      () => true,
    );
    expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
    expect(front.asked.filter(standIn.isPage).length).toBe(asked);
    expect(await placesTaken(kit())).toBe(0);
  });

  it('sends nothing for work that is cancelled already', async () => {
    const { source, window, front, standIn } = kit();
    const signal = AbortSignal.abort(new Error('cancelled before'));
    const [key = ''] = standIn.keys();
    await expect(source.readPage(window, null, signal)).rejects.toThrow('cancelled before');
    if ((await kit().details())[0]?.[1].status === 'found') {
      front.reset();
      await expect(source.readDetail(window, key, signal)).rejects.toThrow('cancelled before');
    }
    front.reset();
    await expect(source.probe(signal)).rejects.toThrow('cancelled before');
    expect(askedFor(kit())).toEqual([]);
  });

  it('leaves no process behind when it is closed in the middle of a page', async () => {
    const { window, front, standIn, again, name } = kit();
    const before = browserProcesses().map(({ pid }) => pid);
    const fresh = again();
    front.tamper((request) => (standIn.isPage(request) ? 'hang' : null));
    const arrived = () => front.asked.some(standIn.isPage);
    await cancel((signal) => fresh.sources.get(name).readPage(window, null, signal), arrived);
    await fresh.close();
    const left = () => browserProcesses().filter(({ pid }) => !before.includes(pid));
    for (const until = Date.now() + 3_000; left().length > 0 && Date.now() < until; ) {
      await new Promise((wake) => setTimeout(wake, 50));
    }
    expect(left()).toEqual([]);
  });
}

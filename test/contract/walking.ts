import { expect, it } from '@jest/globals';
import { type Kit, keysOf, NEVER, throughHistory, typedErrorOf, understood, walk } from './kit.js';

const sorted = (keys: readonly string[]) => [...keys].sort();

/** Walks: nothing lost, nothing doubled, from any place, also while the service changes. */
export function walkingContract(kit: () => Kit): void {
  it('walks to the end, every key once, and says how many there are', async () => {
    const { source, window, standIn } = kit();
    const pages = await walk(source, window);
    expect(pages.length).toBeGreaterThan(2);
    expect(sorted(keysOf(source, pages))).toEqual(sorted(standIn.keys()));
    for (const { page } of pages) expect([null, standIn.keys().length]).toContain(page.total);
  });

  it('gives the same page for the same cursor', async () => {
    const { source, window } = kit();
    for (const { cursor, page } of await walk(source, window)) {
      const again = await source.readPage(window, throughHistory(cursor), NEVER);
      expect(again.nextCursor).toEqual(page.nextCursor);
      expect(again.total).toBe(page.total);
      const content = ({ payloads }: typeof page) =>
        payloads.map((payload) => {
          const { redacted, result } = understood(source, payload);
          return { kind: payload.kind, key: payload.key, url: payload.url, body: redacted.body, result };
        });
      expect(content(again)).toEqual(content(page));
    }
  });

  it('goes on at any cursor, in another process', async () => {
    const { source, window, again, name } = kit();
    const pages = await walk(source, window);
    const other = again().sources.get(name);
    for (const [at, { cursor }] of pages.entries()) {
      const rest = await walk(other, window, throughHistory(cursor));
      expect(keysOf(other, rest)).toEqual(keysOf(source, pages.slice(at)));
    }
  });

  it.each([['a text'], [7], [{ page: 'x' }], [['list']], [{ page: -1, seen: -1 }], [true]])(
    'refuses a cursor that is not its own: %j',
    async (cursor) => {
      const { source, window, front } = kit();
      const error = await typedErrorOf(source.readPage(window, cursor, NEVER));
      expect(error.code).toBe('ResponseInvalid');
      expect(front.asked.filter(({ target }) => target !== '/robots.txt')).toEqual([]);
    },
  );

  it('finds every key although one vanishes behind it and all others move up', async () => {
    const { source, window, standIn, front } = kit();
    const before = standIn.keys();
    const first = await source.readPage(window, null, NEVER);
    const { key, undo } = standIn.vanishFirst(front);
    try {
      const rest = await walk(source, window, first.nextCursor);
      const found = new Set(keysOf(source, [{ cursor: null, page: first }, ...rest]));
      expect(before).toContain(key);
      expect(sorted([...found])).toEqual(sorted(before));
    } finally {
      undo();
    }
  });
}

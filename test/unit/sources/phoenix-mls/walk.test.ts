import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../../core/paths.js';
import type { Window } from '../../../../core/schemas/collect.js';
import type { PageVisit } from '../../../../net/page-visit.js';
import { createPhoenixMls } from '../../../../sources/phoenix-mls/index.js';

const ORIGIN = 'http://127.0.0.1:9';
const RESULTS = readFileSync(join(projectRoot(), 'sandbox/recordings/phoenix-mls/results_page_1_of_2.html'), 'utf8');
const window: Window = {
  market: 'phoenix',
  county: 'us-az-maricopa',
  source: 'phoenix-mls',
  zip: '85031',
  runDate: '2025-11-20',
  runKey: 'daily/phoenix/2025-11-20#walk',
  limit: null,
};

/** A site that gives the first page whatever page it is asked for. */
async function visit({ url, endpoint }: PageVisit) {
  const html = endpoint === 'robots' ? '<pre></pre>' : RESULTS;
  return {
    status: 200,
    contentType: 'text/html',
    html,
    finalUrl: url,
    fetchId: 'one',
    fetchedAt: '2025-11-20T10:00:00Z',
  };
}

it('ends where the site gives its first page for every number', async () => {
  const limit = { windowLimit: 1, windowMs: 1_000, inFlight: 1, requestTimeoutMs: 1_000 };
  const settings = { baseUrl: ORIGIN, paceMs: 1_000, startDelayMs: 0, target: { origin: ORIGIN, limit } };
  const source = createPhoenixMls({ visit, settings, permissionHeld: async () => true });
  const { signal } = new AbortController();
  const { nextCursor } = await source.readPage(window, null, signal);
  expect(nextCursor).toMatchObject({ page: 2 });
  await expect(source.readPage(window, nextCursor, signal)).rejects.toMatchObject({ code: 'ResponseInvalid' });
});

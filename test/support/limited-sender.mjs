// One worker's share of a common ceiling: sends requests as fast as the limiter lets it, until told to stop.
// Arguments: MONGODB_URL DATABASE COUNTY_URL TOKEN WINDOW_LIMIT WINDOW_MS
import { MongoClient } from 'mongodb';
import { createAudit } from '../../dist/net/audit.js';
import { createHttpGet } from '../../dist/net/http-client.js';
import { createLimiter } from '../../dist/net/limiter.js';

const [url, database, county, token, windowLimit, windowMs] = process.argv.slice(2);
const client = await new MongoClient(url).connect();
const db = client.db(database);
const limit = { windowLimit: Number(windowLimit), windowMs: Number(windowMs), inFlight: 4, requestTimeoutMs: 2_000 };
const get = createHttpGet({
  limiter: createLimiter(db),
  audit: createAudit(db),
  userAgent: 'limit-test',
  targets: { 'maricopa-assessor': { origin: new URL(county).origin, limit } },
});
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.stdout.write('ready\n');
while (!stop.signal.aborted) {
  try {
    await get({
      source: 'maricopa-assessor',
      endpoint: 'search-property',
      url: `${county}/search/property/?q=85031&page=1`,
      headers: { AUTHORIZATION: token },
      window: null,
      signal: stop.signal,
      refusalOf: () => null,
    });
  } catch (problem) {
    if (!stop.signal.aborted) throw problem;
  }
}
await client.close();

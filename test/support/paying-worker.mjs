// One worker's share of paid calls: buys captchas, four at a time, until it is refused one.
// Arguments: MONGODB_URL DATABASE CAPTCHA_URL NAME
import { loadConfig } from '../../dist/core/config.js';
import { openDatabase } from '../../dist/store/database.js';
import { createSolver } from '../../dist/workers/captcha.js';

const [url, name, captchaUrl, worker] = process.argv.slice(2);
const database = await openDatabase(url, name);
const env = { MONGODB_URL: url, CAPTCHA_BASE_URL: captchaUrl, CAPTCHA_API_KEY: 'right-key', CAPTCHA_POLL_MS: '20' };
const solver = createSolver(loadConfig({ env }), database);
const signal = new AbortController().signal;
const PARALLEL = 4;

const buyOne = async (siteKey) => {
  const task = {
    source: 'phoenix-mls',
    pageUrl: 'https://site.example/search',
    challenge: { kind: 'recaptcha-v2', siteKey, invisible: false, data: null },
  };
  const solution = await solver.solve(task, null, signal);
  if (solution !== null) await solver.take(solution);
};
const lane = async (at) => {
  for (let n = 0; ; n += 1) {
    try {
      await buyOne(`${worker}-${at}-${n}`);
    } catch (problem) {
      if (problem.code === 'Blocked') return problem.message;
      throw problem;
    }
  }
};
const ends = await Promise.all(Array.from({ length: PARALLEL }, (_, at) => lane(at)));
process.stdout.write(`${ends[0]}\n`);
await database.close();

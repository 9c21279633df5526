import { readFileSync } from 'node:fs';
import { chromium } from 'playwright';
import { loadConfig } from '../core/config.js';
import { launchArguments } from '../stack/resolve-browser.js';
import { inLanes } from './lanes.js';
import { jobOf, measure } from './route-job.js';

/**
 * The arithmetic limit of a route: the same addresses in the same lanes with Node's `fetch` or Playwright alone; nothing is parsed,
 * nothing stored. Arguments: route, name of a database (left empty), file with the addresses as JSON.
 */
const [route, name = '', file = ''] = process.argv.slice(2);
const config = loadConfig();
const { lanes } = jobOf(route);
const urls: readonly string[] = JSON.parse(readFileSync(file, 'utf8'));

await measure({ url: config.mongodbUrl, name }, async () => {
  if (route === 'http') await inLanes(urls, lanes, readAnswer);
  else await readPages();
  return urls.length;
});

async function readAnswer(url: string): Promise<void> {
  const answer = await fetch(url, { headers: { authorization: config.maricopaApiKey ?? '' } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  await answer.text();
}

async function readPages(): Promise<void> {
  const executablePath = config.chromiumPath ?? '';
  const browser = await chromium.launch({ executablePath, args: [...launchArguments], chromiumSandbox: false });
  const page = await browser.newPage();
  for (const url of urls) {
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await page.content();
  }
  await browser.close();
}

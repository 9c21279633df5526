import { readdirSync, readFileSync } from 'node:fs';
import { loadConfig } from '../../core/config.js';
import { resolveBrowser } from '../../stack/resolve-browser.js';

/**
 * Program file of the browser for tests: `CHROMIUM_PATH`, else found or installed as `npm start` does.
 * @throws Error saying how to get one: what is proved in a browser is not proved without
 */
export async function testBrowser(): Promise<string> {
  const { CHROMIUM_PATH, PHOENIX_CACHE } = process.env;
  const { path, line } = await resolveBrowser(loadConfig({ env: { CHROMIUM_PATH, PHOENIX_CACHE } }));
  if (path === null) throw new Error(line);
  return path;
}

/** A process of a browser that this test process started. */
export interface BrowserProcess {
  readonly pid: number;
  /** `browser` for the main process, else Chromium's word: `renderer`, `gpu-process`, `zygote`, …; `forked` on its way to one. */
  readonly type: string;
}

/** Process groups of the browsers seen so far: Playwright starts each in a group of its own, and helpers stay in it. */
const seenGroups = new Set<number>();

/**
 * Living browser processes of a process, by default this test process; dead ones that nobody has waited for are left out. Read from `/proc`, so
 * that helpers which lost their parent are found too, if the browser was seen once while it lived.
 */
export function browserProcesses(starter = process.pid): readonly BrowserProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
  for (const { parent, group, command } of all) {
    if (parent === starter && command.includes('--remote-debugging-pipe')) seenGroups.add(group);
  }
  const ours = all.filter(({ group }) => seenGroups.has(group));
  const pids = new Set(ours.map(({ pid }) => pid));
  return ours.map(({ pid, parent, command }) => {
    const type = typeOf(command);
    // A child looks like its parent until it has become what it was forked for.
    return { pid, type: type === 'browser' && pids.has(parent) ? 'forked' : type };
  });
}

/** `kill -9` for the browsers of a worker. @returns whether there was one */
export function killBrowser(worker: number): boolean {
  const browsers = browserProcesses(worker).filter(({ type }) => type === 'browser');
  for (const { pid } of browsers) process.kill(pid, 'SIGKILL');
  return browsers.length > 0;
}

function typeOf(command: string): string {
  if (command.includes('crashpad_handler')) return 'crashpad';
  return /--type=([a-z-]+)/.exec(command)?.[1] ?? 'browser';
}

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

function readProcess(pid: number): readonly ProcessRow[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    const [state, parent, group] = stat.split(' ');
    return state === 'Z' ? [] : [{ pid, parent: Number(parent), group: Number(group), command }];
  } catch {
    return []; // it ended while it was read
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { loadConfig } from '../../core/config.js';
import { resolveBrowser } from '../../stack/resolve-browser.js';

/** The browser for tests: `CHROMIUM_PATH`, else found or installed as `npm start` does. `path` null: `line` says why. */
export async function testBrowser(): Promise<{ readonly path: string | null; readonly line: string }> {
  const { CHROMIUM_PATH, PHOENIX_CACHE } = process.env;
  return resolveBrowser(loadConfig({ env: { CHROMIUM_PATH, PHOENIX_CACHE } }));
}

/** A process of a browser that this test process started. */
export interface BrowserProcess {
  readonly pid: number;
  readonly parent: number;
  /** `browser` for the main process, else Chromium's word: `renderer`, `gpu-process`, `zygote`, … */
  readonly type: string;
}

/**
 * Living browser processes of this test process, dead ones that nobody has waited for left out. Read from `/proc`, so
 * that helpers which lost their parent are found too.
 */
export function browserProcesses(program: string): readonly BrowserProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
  return all
    .filter(({ command }) => command.includes(program))
    .map(({ pid, parent, command }) => ({
      pid,
      parent,
      type: /--type=([a-z-]+)/.exec(command)?.[1] ?? 'browser',
    }));
}

function readProcess(
  pid: number,
): readonly { readonly pid: number; readonly parent: number; readonly command: string }[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? [] : [{ pid, parent: Number(parent), command }];
  } catch {
    return []; // it ended while it was read
  }
}

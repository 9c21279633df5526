import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withFileLock } from '../../../stack/file-lock.js';
import { installOnce } from '../../../stack/install.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-test-install-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('installOnce', () => {
  it('builds once for two calls at once', async () => {
    let built = 0;
    const install = () =>
      installOnce(join(folder, 'part'), async (draft) => {
        built += 1;
        await sleep(300);
        await writeFile(join(draft, 'program'), 'text');
      });
    expect((await Promise.all([install(), install()])).sort()).toEqual([false, true]);
    expect(built).toBe(1);
    expect(await readdir(folder)).toEqual(['part']);
  });

  it('leaves nothing of a build that fails, and the next one works', async () => {
    const target = join(folder, 'part');
    const broken = installOnce(target, async (draft) => {
      await writeFile(join(draft, 'half'), '');
      throw new Error('no network');
    });
    await expect(broken).rejects.toThrow('no network');
    expect(await readdir(folder)).toEqual([]);
    expect(await installOnce(target, (draft) => writeFile(join(draft, 'whole'), ''))).toBe(true);
  });

  it('starts anew beside what a killed install left', async () => {
    await mkdir(join(folder, '.part.part'));
    await writeFile(join(folder, '.part.part/half'), '');
    await writeFile(join(folder, 'part.lock'), '999999999 1');
    await installOnce(join(folder, 'part'), (draft) => writeFile(join(draft, 'whole'), ''));
    expect(await readdir(join(folder, 'part'))).toEqual(['whole']);
  });
});

describe('withFileLock', () => {
  it('lets one at a time in, and gives the lock back after an error', async () => {
    const path = join(folder, 'lock');
    const order: string[] = [];
    const work = (name: string) =>
      withFileLock(path, 10_000, async () => {
        order.push(`${name} in`);
        await sleep(50);
        order.push(`${name} out`);
        if (name === 'b') throw new Error('failed');
      });
    await Promise.allSettled([work('a'), work('b'), work('c')]);
    for (const at of [0, 2, 4]) expect(order[at + 1]).toBe(order[at]?.replace('in', 'out'));
    expect(existsSync(path)).toBe(false);
  });

  it('waits for a living holder only as long as it is told, and names it', async () => {
    const path = join(folder, 'lock');
    await withFileLock(path, 0, async () => {
      await expect(withFileLock(path, 300, async () => undefined)).rejects.toThrow(`held by process ${process.pid}`);
      expect(await readFile(path, 'utf8')).toContain(String(process.pid));
    });
  });

  it.each([
    ['of a dead process', '999999999 12345'],
    ['of an earlier life of our own process id', `${process.pid} 1`],
    ['that its owner had no time to sign', ''],
    ['with nonsense in it', 'x y z'],
  ])('takes over a lock %s', async (_name, content) => {
    const path = join(folder, 'lock');
    await writeFile(path, content);
    expect(await withFileLock(path, 5_000, async () => 'done')).toBe('done');
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { saveArtifact } from '../../../reports/artifacts.js';

const RUN_KEY = 'daily/phoenix/2025-11-22#0199f2d4-8e4b';
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('saveArtifact', () => {
  it('keeps the file under day and run and gives its path inside the data folder', async () => {
    const path = await saveArtifact(folder, RUN_KEY, 'run-summary.html', '<p>ä</p>');
    expect(path).toBe('artifacts/2025-11-22/daily-phoenix-2025-11-22_0199f2d4-8e4b/run-summary.html');
    expect(await readFile(join(folder, path), 'utf8')).toBe('<p>ä</p>');
  });

  it('overwrites the same file on a repeat and leaves nothing else', async () => {
    await saveArtifact(folder, RUN_KEY, 'a.json', 'first, and longer');
    const path = await saveArtifact(folder, RUN_KEY, 'a.json', new Uint8Array([50]));
    expect(await readFile(join(folder, path), 'utf8')).toBe('2');
    expect(await readdir(join(folder, path, '..'))).toEqual(['a.json']);
  });

  it('leaves one whole file when several write at once', async () => {
    const contents = Array.from({ length: 8 }, (_, at) => String(at).repeat(200_000));
    const [path = ''] = await Promise.all(contents.map((content) => saveArtifact(folder, RUN_KEY, 'a.txt', content)));
    expect(contents).toContain(await readFile(join(folder, path), 'utf8'));
    expect(await readdir(join(folder, path, '..'))).toEqual(['a.txt']);
  });

  it('keeps two executions of one workflow apart', async () => {
    const first = await saveArtifact(folder, 'daily/phoenix/2025-11-22#a', 'a', '');
    expect(await saveArtifact(folder, 'daily/phoenix/2025-11-22#b', 'a', '')).not.toBe(first);
  });

  it.each(['../a', 'a/b', 'a\\b', '..', '.', '.hidden', '', 'a\0b', '/etc/passwd', 'x'.repeat(121)])(
    'refuses the name %j',
    async (name) => {
      await expect(saveArtifact(folder, RUN_KEY, name, '')).rejects.toMatchObject({ code: 'UnsafeTarget' });
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it.each(['', '../../x', 'daily/phoenix/2025-13-40#a', 'daily/phoenix'])(
    'refuses the run key %j, which names no day',
    async (key) => {
      await expect(saveArtifact(folder, key, 'a', '')).rejects.toMatchObject({ code: 'UnsafeTarget' });
    },
  );

  it('stays inside the data folder whatever the run key holds', async () => {
    const path = await saveArtifact(folder, '../../../etc/2025-11-22#../..\0', 'a', 'x');
    expect(path).toMatch(/^artifacts\/2025-11-22\/[A-Za-z0-9._-]+\/a$/);
    expect(await readFile(join(folder, path), 'utf8')).toBe('x');
  });

  it('reports a folder that cannot be written as StoreUnavailable', async () => {
    await writeFile(join(folder, 'artifacts'), 'a file in the way');
    await expect(saveArtifact(folder, RUN_KEY, 'a', '')).rejects.toMatchObject({
      code: 'StoreUnavailable',
      retry: 'retry',
    });
  });
});

import { chmod, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sha256 } from '../../../../core/hash.js';
import { type OpenFile, openFileSink } from '../../../../reports/export/file.js';

const full: OpenFile = async (path, flags) => {
  const file = await open(path, flags);
  const write = () => Promise.reject(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
  return { write, sync: () => file.sync(), close: () => file.close() };
};

describe('a file of an export', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phoenix-export-'));
    path = join(folder, 'homes.csv');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('has its name when it is whole, with its manifest, and not before', async () => {
    await writeFile(path, 'old');
    const sink = await openFileSink(path);
    await sink.write(Buffer.from('new '));
    expect(await readFile(path, 'utf8')).toBe('old');
    await sink.write(Buffer.from('rows'));
    await sink.finish(({ bytes, sha256: hash }) => `${bytes} ${hash}`);
    await sink.abandon();
    expect(await readFile(path, 'utf8')).toBe('new rows');
    expect(await readFile(`${path}.manifest.json`, 'utf8')).toBe(`8 ${sha256('new rows')}`);
    expect((await readdir(folder)).sort()).toEqual(['homes.csv', 'homes.csv.manifest.json']);
  });

  it('leaves what was there before when it is given up', async () => {
    await writeFile(path, 'old');
    const sink = await openFileSink(path);
    await sink.write(Buffer.from('half'));
    await sink.abandon();
    expect(await readdir(folder)).toEqual(['homes.csv']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('says that the disk is full, and leaves nothing', async () => {
    const sink = await openFileSink(path, full);
    await expect(sink.write(Buffer.from('rows'))).rejects.toThrow(/the disk is full/);
    await sink.abandon();
    expect(await readdir(folder)).toEqual([]);
  });

  it('removes parts of processes that are gone, and no others', async () => {
    await writeFile(join(folder, '.homes.csv.999999999.part'), '');
    await writeFile(join(folder, `.homes.csv.${process.ppid}.part`), '');
    await writeFile(join(folder, '.other.csv.999999999.part'), '');
    await (await openFileSink(path)).abandon();
    expect((await readdir(folder)).sort()).toEqual([`.homes.csv.${process.ppid}.part`, '.other.csv.999999999.part']);
  });

  it.each([
    ['a folder that is not there', 'nowhere/homes.csv', /does not exist/],
    ['a folder in its place', '.', /could not be written/],
  ])('says so of %s', async (_name, name, words) => {
    await chmod(folder, 0o700);
    const work = async () => {
      const sink = await openFileSink(join(folder, name));
      await sink.finish(() => '').finally(() => sink.abandon());
    };
    await expect(work()).rejects.toThrow(words);
  });
});

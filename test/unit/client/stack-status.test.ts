import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { runCli } from '../../../client/cli.js';
import { keepingIo } from '../../support/phx.js';

it('a look at the stack leaves the environment of the process as it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-stack-status-'));
  try {
    const file = join(folder, 'settings');
    writeFileSync(file, `PHOENIX_DATA=${folder}\nRESO_TOKEN=of-the-file\n`);
    const io = keepingIo();
    await runCli(['--config', file, 'stack', 'status'], io, AbortSignal.timeout(30_000));
    expect(io.written.stdout).toContain('no stack of');
    const inherited = execFileSync(process.execPath, ['-p', 'process.env.RESO_TOKEN'], { encoding: 'utf8' });
    expect(inherited).not.toContain('of-the-file');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

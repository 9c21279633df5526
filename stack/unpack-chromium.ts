import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { BadConfig } from '../core/errors.js';
import { npmInstallInto } from './npm-install.js';
import { runCommand } from './run-command.js';

/** Programs of the package, and the libraries (NSS, NSPR, expat) for systems that lack them. */
const LIBRARIES = 'al2023.tar';

/**
 * Gets Chromium out of the npm package: `<folder>/chromium` can be run, the package itself is removed again.
 * The package's own unpacking is not used: it writes into the shared temporary folder.
 * @returns path of the program inside `folder`; the folder may be renamed afterwards
 * @throws BadConfig when it cannot be installed or unpacked
 */
export async function unpackChromium(folder: string, packageVersion: string): Promise<string> {
  await npmInstallInto(folder, [packageVersion]);
  const packed = join(folder, 'node_modules/@sparticuz/chromium/bin');
  const program = join(folder, 'chromium');
  await unpack(join(packed, 'chromium.br'), program);
  await chmod(program, 0o755);
  if (await lacksLibraries(program)) await addLibraries(folder, packed);
  await rm(join(folder, 'node_modules'), { recursive: true, force: true });
  return program;
}

async function lacksLibraries(program: string): Promise<boolean> {
  const { output } = await runCommand('ldd', [program], { timeoutMs: 10_000 });
  return output.includes('not found');
}

/** Puts a start script in the program's place, so that callers need to know nothing about libraries. */
async function addLibraries(folder: string, packed: string): Promise<void> {
  const archive = join(folder, LIBRARIES);
  await unpack(join(packed, `${LIBRARIES}.br`), archive);
  const done = await runCommand('tar', ['-xf', archive, '-C', folder], { timeoutMs: 60_000 });
  if (!done.ok) throw new BadConfig([`could not unpack the libraries of the browser: ${done.problem}`]);
  await rm(archive);
  await mkdir(join(folder, 'program'));
  await rename(join(folder, 'chromium'), join(folder, 'program/chromium'));
  const script = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/program/chromium" "$@"
`;
  await writeFile(join(folder, 'chromium'), script, { mode: 0o755 });
}

async function unpack(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

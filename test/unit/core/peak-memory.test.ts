import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';

const MIB = 1_048_576;
const HELD = 'const held = Buffer.alloc(400 * 1024 * 1024, 1);';
const module = `${projectRoot()}/dist/core/peak-memory.js`;
const CHILD = `import('${module}').then(({ peakMemoryBytes }) => process.stdout.write(String(peakMemoryBytes())))`;
const runOf = (script: string) =>
  `require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(script)}])`;

it('is that of the process alone, not of the one that started it', () => {
  const parent = `${HELD} process.stdout.write(${runOf(CHILD)}); if (held[1] !== 1) throw new Error();`;
  const child = Number(execFileSync(process.execPath, ['-e', parent], { encoding: 'utf8' }));
  expect(child).toBeGreaterThan(10 * MIB);
  expect(child).toBeLessThan(300 * MIB);
});

it('holds what the process has let go again', () => {
  const script = `{ ${HELD} if (held[1] !== 1) throw new Error(); } ${CHILD}`;
  const peak = Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
  expect(peak).toBeGreaterThan(400 * MIB);
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Rows after which what is not needed any more is given back. */
const ROWS = 5_000;

/**
 * Keeps the process small while many rows pass through. The engine lets its heap grow to several times of what is in use before it
 * looks, since memory is cheaper to it than time; on a small machine it is not (40,000 properties as JSONL: 200 MB so, 136 MB with
 * this). So it is asked to look, which takes some hundredths of a second.
 * @returns to be called with the number of rows that passed since the last call
 */
export function createTidying(): (rows: number) => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  let passed = 0;
  return (rows) => {
    passed += rows;
    if (passed < ROWS || typeof collect !== 'function') return;
    collect();
    passed = 0;
  };
}

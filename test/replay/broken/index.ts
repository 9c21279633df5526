import { sleep } from '@temporalio/workflow';
import { collectZip as today } from '../../../workflows/collect-zip.js';

/**
 * What nobody may release without `patched`: a timer before the first activity. It is here to prove that the replay test
 * can fail.
 */
export async function collectZip(input: Parameters<typeof today>[0]): ReturnType<typeof today> {
  await sleep('1 second');
  return today(input);
}

import { freeBytes, nearestFolder } from '../core/free-bytes.js';
import type { DoctorLine } from './doctor-line.js';

const GIBIBYTE = 1024 ** 3;
/** Assumed: a demo day takes 0.1, the programs and the model 0.7. */
const PROBLEM_BELOW = 1;
const WARNING_BELOW = 5;

/** Free space where the data folder is or will be. */
export async function checkDisk(dataFolder: string): Promise<DoctorLine> {
  const freeGib = (await freeBytes(dataFolder)) / GIBIBYTE;
  const evidence = `${freeGib.toFixed(1)} GiB free at ${nearestFolder(dataFolder)}`;
  if (freeGib >= WARNING_BELOW) return { part: 'disk', state: 'ok', evidence, fix: null };
  const state = freeGib < PROBLEM_BELOW ? 'problem' : 'warning';
  return { part: 'disk', state, evidence, fix: 'free some space, or set PHOENIX_DATA to another disk' };
}

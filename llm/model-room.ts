import { availableParallelism, freemem, totalmem } from 'node:os';

/** Room for questions side by side. */
export interface ModelRoom {
  readonly lanesAtMost: number;
  readonly memoryLow: boolean;
}

/** A model on another machine: what it has room for only measuring can tell. */
const UNKNOWN_ROOM: ModelRoom = { lanesAtMost: 5, memoryLow: false };
/** One answer keeps about two cores busy (assumed; it is for measuring to say that it is less). */
const CORES_A_LANE = 2;
/** Below this share of free memory the machine is about to swap (assumed). */
const LEAST_FREE = 0.05;

/** What the machine of the model has room for, as far as it is this one. */
export function modelRoom(host: string): ModelRoom {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(host).hostname)) return UNKNOWN_ROOM;
  return {
    lanesAtMost: Math.max(1, Math.floor(availableParallelism() / CORES_A_LANE)),
    memoryLow: freemem() / totalmem() < LEAST_FREE,
  };
}

import type { RecoveryAction } from '../../core/schemas/recovery.js';

/** A step whose worker died or was cut off. */
export const WORKER_LOST = 'WorkerLost';
/** A step that took longer than it may. */
export const TIMED_OUT = 'TimedOut';
/** Failures that found no room while the database was away. */
export const NOT_RECORDED = 'NotRecorded';

const ACTIONS: Readonly<Record<string, RecoveryAction>> = {
  RateLimited: 'waited-rate-limit',
  ProxyFailed: 'rotated-proxy',
  BrowserCrashed: 'restarted-browser',
  StoreUnavailable: 'reconnected-database',
  AuthRejected: 'other-credential',
  [WORKER_LOST]: 'another-worker',
};

/** What a further attempt did about a failure of this code. */
export function actionAfter(code: string): RecoveryAction {
  return ACTIONS[code] ?? 'retry';
}

/** Names the trouble that a run has with the model, which gives none of its batches an error. */
export function modelTroubleOf(runKey: string): string {
  return `model/${runKey}`;
}

/** Names what stopped a source, or a whole run, for every step that met it. */
export function stopTroubleOf(run: string, source: string | null, code: string): string {
  return `stopped/${run}/${source ?? '-'}/${code}`;
}

import type { CareStep } from '../core/schemas/model.js';

/** Troubles in a row after which the rules' words have to do. */
export const TROUBLES_BEFORE_RULES = 4;
/** Restarts of the server in one hour; more would hide a fault that a person has to see. */
export const RESTARTS_AN_HOUR = 3;

/**
 * What is done after so many batches in a row that the model broke off: first nothing but a pause (a smaller batch and more patience
 * may do), then the model is loaded anew, then its server is started anew, then nothing: the words of the rules stay, marked. Pure.
 * @param troubles from 1
 */
export function careAfter(troubles: number): CareStep | null {
  if (troubles >= TROUBLES_BEFORE_RULES) return null;
  return troubles === 1 ? 'wait' : troubles === 2 ? 'reload' : 'restart';
}

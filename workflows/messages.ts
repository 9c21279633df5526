import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SequenceProgress } from '../core/schemas/sequence.js';

/** Operator: holds a sequence, source or ZIP after the page it is on. Refused when it is held already. */
export const pauseUpdate = defineUpdate<string, []>('pause');
/** Operator: lets a held sequence, source or ZIP go on. Refused when it is not held. */
export const resumeUpdate = defineUpdate<string, []>('resume');
/** Where a sequence stands. */
export const progressQuery = defineQuery<SequenceProgress>('progress');

/** Sequence to source to ZIP: hold or go on. */
export const holdSignal = defineSignal<[boolean]>('hold');
/** ZIP or source to enrichment: there are new records. */
export const recordsStoredSignal = defineSignal('recordsStored');
/** Sequence to enrichment: no further records will come. */
export const collectionEndedSignal = defineSignal('collectionEnded');

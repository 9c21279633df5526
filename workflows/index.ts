export { collectSource } from './collect-source.js';
export { collectZip } from './collect-zip.js';
export { dailySequence } from './daily-sequence.js';
export { enrichPending } from './enrich-pending.js';
export { fillGaps } from './fill-gaps.js';
export { cleanUp, deliverSummary, prepareRun, reportRun, validateRun } from './phases.js';
export { probeSource } from './probe-source.js';
export { repairSelectors } from './repair-selectors.js';
export { scheduled } from './scheduled.js';

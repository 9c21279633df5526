import type { Measure } from '../../core/schemas/alerts.js';
import type { Detector } from './context.js';
import * as data from './data.js';
import * as day from './day.js';
import * as reports from './reports.js';
import * as sources from './sources.js';
import * as system from './system.js';

/** The detector of every measure. */
export const DETECTORS: Readonly<Record<Measure, Detector>> = {
  uptime: system.uptime,
  'run-success': day.runSuccess,
  'request-errors': sources.requestErrors,
  'collection-minutes': day.collectionMinutes,
  'day-late-minutes': day.dayLate,
  'day-not-started-minutes': day.dayNotStarted,
  'nothing-collected-minutes': day.nothingCollected,
  'run-failed': day.runFailed,
  'run-partial': day.runPartial,
  'run-completed': day.runCompleted,
  'rows-per-hour': day.rowsPerHour,
  'store-seconds': data.storeSeconds,
  'zip-age-hours': sources.zipAges,
  'queue-age-hours': data.queueAge,
  'windows-suspect': sources.windowsSuspect,
  'windows-blocked': sources.windowsBlocked,
  'windows-drifted': sources.windowsDrifted,
  'layout-waits': sources.layoutWaits,
  'token-refused': sources.tokenRefused,
  'circuit-open': sources.circuitsOpen,
  'components-down': sources.componentsDown({
    'circuit-open': sources.circuitsOpen,
    'token-refused': sources.tokenRefused,
    'model-missing': day.modelMissing,
  }),
  'ceiling-passed': sources.ceilingPassed,
  'answer-time-ratio': sources.answerTimes,
  'proxies-healthy': sources.proxiesHealthy,
  'captchas-solved': sources.captchasSolved,
  'model-missing': day.modelMissing,
  completeness: data.completeness,
  'quality-gate': data.qualityGate,
  'facts-agreed': data.factsAgreed,
  'rows-valid': data.rowsValid,
  'properties-doubled': data.propertiesDoubled,
  'integrity-faults': data.integrityFaults,
  'secret-seen': data.secretSeen,
  'drill-failed': data.drillFailed,
  'drill-age-days': data.drillAge,
  'drill-passed': data.drillPassed,
  'budget-share': system.budgetShare,
  'day-cost-usd': system.dayCost,
  'property-cost-usd': system.propertyCost,
  'balance-days': system.balanceDays,
  'bill-difference': system.billDifference,
  'cpu-share': system.cpuShare,
  'memory-share': system.memoryShare,
  'disk-share': system.diskShare,
  'database-ms': system.databaseMs,
  'database-filled': system.databaseFilled,
  'notice-waits-minutes': system.noticesWaiting,
  'report-undelivered-minutes': reports.reportsUndelivered,
  'measures-untaken': system.measuresUntaken,
  'version-runs': system.versionRuns,
  'details-unchanged': day.detailsUnchanged,
  'rate-used': sources.rateUsed,
};

/** Measures over many documents, and how often they are taken; the others every minute. */
export const EVERY_MINUTES: Readonly<Partial<Record<Measure, number>>> = {
  'integrity-faults': 60,
  'secret-seen': 10,
  'store-seconds': 10,
  'rows-per-hour': 10,
  'request-errors': 5,
  'details-unchanged': 60,
  'rate-used': 60,
  'answer-time-ratio': 10,
  'ceiling-passed': 10,
  'zip-age-hours': 10,
  'queue-age-hours': 10,
  'database-filled': 60,
  'report-undelivered-minutes': 5,
};

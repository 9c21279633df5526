import { ApplicationFailure } from '@temporalio/common';
import type { AlertActivities } from '../../activities/alerts.js';
import type { CollectActivities } from '../../activities/collect.js';
import type { DeliverActivities } from '../../activities/deliver.js';
import type { EnrichActivities } from '../../activities/enrich.js';
import type { FirstAidActivities } from '../../activities/first-aid.js';
import type { GapsActivities } from '../../activities/gaps.js';
import type { IncidentActivities } from '../../activities/incidents.js';
import type { LedgerActivities } from '../../activities/ledger.js';
import type { ModelCareActivities } from '../../activities/model-care.js';
import type { NotifyActivities } from '../../activities/notify.js';
import type { ReportActivities } from '../../activities/reports.js';
import type { LayoutActivities, SelectorActivities } from '../../activities/selectors.js';
import type { SequenceActivities } from '../../activities/sequence.js';
import type { UpkeepActivities } from '../../activities/upkeep.js';
import type { WatchActivities } from '../../activities/watch.js';
import { loadIncidentSettings } from '../../core/product-settings.js';
import type { CollectPageInput, CollectPageResult, Window } from '../../core/schemas/collect.js';
import type { IncidentPlan } from '../../core/schemas/incidents.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { FinishInput, RunPlan, SourcePlan } from '../../core/schemas/sequence.js';
import { statusOf } from '../../reports/run-summary/summarise.js';

export type Activities = AlertActivities &
  CollectActivities &
  DeliverActivities &
  EnrichActivities &
  FirstAidActivities &
  GapsActivities &
  IncidentActivities &
  LayoutActivities &
  LedgerActivities &
  ModelCareActivities &
  NotifyActivities &
  ReportActivities &
  SelectorActivities &
  SequenceActivities &
  UpkeepActivities &
  WatchActivities;

export const ACTIVITY_NAMES = [
  'buildReport',
  'writeReport',
  'mailReport',
  'planRun',
  'planWords',
  'openWindow',
  'collectPage',
  'collectDetails',
  'closeWindow',
  'planDetails',
  'composeBatch',
  'enrichBatch',
  'careForModel',
  'mailSummary',
  'checkRun',
  'writeSummary',
  'noteMail',
  'releaseRun',
  'probeSource',
  'planFill',
  'checkKnown',
  'sampleLayout',
  'proposeSelectors',
  'decideSelectors',
  'mailRepair',
  'evaluateMarket',
  'noteRaised',
  'planNotices',
  'deliverNotice',
  'giveUpNotice',
  'mailDigest',
  'countRunsUnderWay',
  'applyRetention',
  'verifyStored',
  'rehearseRestore',
  'keepUpkeep',
  'planIncident',
  'keepIncident',
  'tellIncident',
  'takeAlerts',
  'releaseAlerts',
  'countRecovery',
  'probeComponents',
  'checkPool',
  'missedDay',
  'lookAtDay',
  'keepRound',
] as const satisfies readonly (keyof Activities)[];

/** What the fakes were asked, in order. */
export interface Calls {
  readonly pages: CollectPageInput[];
  readonly opened: Window[];
  readonly closed: Record<string, { readonly state: string; readonly reason: string | null }>;
  readonly details: { readonly zip: string; readonly keys: readonly string[] }[];
  readonly composed: number[];
  readonly modelBatches: number[];
  readonly notes: { readonly sent: boolean; readonly reason: string | null }[];
  readonly mails: string[];
  /** Input of the report; null before it was asked for. */
  report: FinishInput | null;
  released: number;
}

export const COUNTY: SourcePlan = {
  source: 'maricopa-assessor',
  taskQueue: 'http-maricopa-assessor',
  lanes: 2,
  detailsBelongToComplete: false,
  startDelayMs: 0,
  skipReason: null,
};
export const LISTINGS: SourcePlan = {
  source: 'phoenix-mls',
  taskQueue: 'browser',
  lanes: 1,
  detailsBelongToComplete: true,
  startDelayMs: 0,
  skipReason: null,
};

export function planOf(part: Partial<RunPlan> = {}): RunPlan {
  return {
    county: 'us-az-maricopa',
    zips: ['85031', '85033', '85035'],
    sources: [COUNTY, LISTINGS],
    limit: null,
    llmBudgetMs: 0,
    model: null,
    modelReason: 'none in this test',
    phaseBudgetMs: {},
    ...part,
  };
}

/** Name of a window in `Calls.closed`. */
export function windowName(source: SourceName, zip: string): string {
  return `${source} ${zip}`;
}

/** How an incident goes that the machine cannot do anything about. */
export function incidentPlan(part: Partial<IncidentPlan> = {}): IncidentPlan {
  const { severities, reviewHours, reviewReminderHours, checklist } = loadIncidentSettings();
  const clocks = { severities, reviewHours, reviewReminderHours };
  return { clocks, checklist: checklist.length, steps: [], unless: [], probes: [], runDate: '2026-03-02', ...part };
}

/** Answer for page `n` of `of`; cursors are page numbers. */
export function pageOf({ cursor }: CollectPageInput, of: number): CollectPageResult {
  const page = typeof cursor === 'number' ? cursor : 1;
  return { nextCursor: page < of ? page + 1 : null, keysSoFar: page * 25, total: of * 25, limitReached: false };
}

export interface Fakes {
  readonly calls: Calls;
  readonly activities: Activities;
}

/** Activities that touch nothing: two pages a ZIP, no details, no model, mail goes through. @param own answers of this test */
export function createFakes(plan: RunPlan, own: Partial<Activities> = {}): Fakes {
  const calls: Calls = {
    pages: [],
    opened: [],
    closed: {},
    details: [],
    composed: [],
    modelBatches: [],
    notes: [],
    mails: [],
    report: null,
    released: 0,
  };
  const asked: Activities = {
    planRun: async () => plan,
    planWords: async () => ({ model: plan.model, modelReason: plan.modelReason }),
    openWindow: async () => ({ alreadyComplete: false }),
    collectPage: async (input) => pageOf(input, 2),
    collectDetails: async ({ keys }) => ({ done: keys.length, missing: 0 }),
    closeWindow: async ({ state, reason }) => ({ state, reason }),
    planDetails: async () => ({ batches: [], leftForLater: 0 }),
    composeBatch: async () => ({ composed: 0, more: false }),
    enrichBatch: async () => ({ claimed: 0, described: 0 }),
    careForModel: async () => ({ ready: true, what: 'done' }),
    buildReport: async ({ name: { kind, market, period } }) => ({
      ...{ id: `report/${kind}/${market}/${period}`, colour: 'GREEN', sha256: 'x' },
    }),
    writeReport: async () => [],
    mailReport: async () => ({ sent: true, reason: null }),
    mailSummary: async () => ({ sent: true, reason: null }),
    checkRun: async () => ({ problems: [] }),
    writeSummary: async (input) => ({ status: statusOf(input), report: 'reports/run-summary.html' }),
    noteMail: async () => {},
    releaseRun: async () => {},
    probeSource: async () => ({ state: 'ok', evidence: 'the fake is well' }),
    planFill: async () => ({ county: plan.county, complete: 0, missed: 0, missedBefore: 0, collect: [] }),
    checkKnown: async () => ({ good: [], reason: 'nothing is known yet' }),
    sampleLayout: async () => ({ pages: 0 }),
    proposeSelectors: async () => ({ name: 'learned@1', usable: true, missing: [], found: 9, fields: 10 }),
    decideSelectors: async () => {},
    mailRepair: async () => ({ sent: true, reason: null }),
    evaluateMarket: async () => ({ transitions: 0, raised: [], marks: [], unknown: [] }),
    noteRaised: async () => {},
    planNotices: async () => [],
    deliverNotice: async () => 'delivered',
    giveUpNotice: async () => {},
    mailDigest: async () => ({ notices: 0, sent: false, reason: 'nothing to tell' }),
    countRunsUnderWay: async () => 0,
    applyRetention: async () => ({ kind: 'retention', ok: true, problems: [], figures: {} }),
    verifyStored: async () => ({ kind: 'verify', ok: true, problems: [], figures: {} }),
    rehearseRestore: async () => ({ kind: 'restore-drill', ok: true, problems: [], figures: {} }),
    keepUpkeep: async () => {},
    planIncident: async () => incidentPlan(),
    keepIncident: async () => {},
    tellIncident: async () => ({ due: [], who: 'nobody' }),
    takeAlerts: async () => {},
    releaseAlerts: async () => {},
    countRecovery: async () => {},
    probeComponents: async () => ({ outcome: 'done', text: 'all answer' }),
    checkPool: async () => ({ outcome: 'nothing', text: 'no source goes through proxies' }),
    missedDay: async () => ({ start: null, reason: 'it is running' }),
    lookAtDay: async () => ({ state: 'closed', verdicts: [], faults: [] }),
    keepRound: async () => {},
    ...own,
  };
  return { calls, activities: { ...asked, ...recordCollection(asked, calls), ...recordRest(asked, calls) } };
}

function recordCollection(asked: Activities, calls: Calls): Partial<Activities> {
  return {
    openWindow: (input) => {
      calls.opened.push(input.window);
      return asked.openWindow(input);
    },
    collectPage: (input) => {
      calls.pages.push(input);
      return asked.collectPage(input);
    },
    collectDetails: (input) => {
      calls.details.push({ zip: input.window.zip, keys: input.keys });
      return asked.collectDetails(input);
    },
    closeWindow: async (input) => {
      const closed = await asked.closeWindow(input);
      calls.closed[windowName(input.window.source, input.window.zip)] = closed;
      return closed;
    },
  };
}

function recordRest(asked: Activities, calls: Calls): Partial<Activities> {
  return {
    composeBatch: (input) => {
      calls.composed.push(Date.now());
      return asked.composeBatch(input);
    },
    enrichBatch: (input) => {
      calls.modelBatches.push(input.batch);
      return asked.enrichBatch(input);
    },
    mailSummary: (input) => {
      calls.mails.push(input.runKey);
      return asked.mailSummary(input);
    },
    writeSummary: (input) => {
      calls.report = input;
      return asked.writeSummary(input);
    },
    noteMail: async (input) => {
      calls.notes.push({ sent: input.sent, reason: input.reason });
      return asked.noteMail(input);
    },
    releaseRun: async (input) => {
      calls.released += 1;
      return asked.releaseRun(input);
    },
  };
}

/** A final failure, as the interceptor of the workers makes it. */
export function final(type: string, message = 'as the test wants it'): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}

/** A place where an activity stands still until the test lets it go on. */
export interface Latch {
  /** Called by the activity: says that it is there, and waits. */
  readonly wait: () => Promise<void>;
  /** Settles when the activity is there. */
  readonly reached: Promise<void>;
  readonly open: () => void;
}

export function createLatch(): Latch {
  const marks: { reach?: () => void; open?: () => void } = {};
  const reached = new Promise<void>((resolve) => {
    marks.reach = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    marks.open = resolve;
  });
  return {
    reached,
    open: () => marks.open?.(),
    wait: () => {
      marks.reach?.();
      return opened;
    },
  };
}

import { proxyActivities } from '@temporalio/workflow';
import type { AlertActivities } from '../activities/alerts.js';
import type { BaselineActivities } from '../activities/baselines.js';
import type { CollectActivities } from '../activities/collect.js';
import type { DeliverActivities } from '../activities/deliver.js';
import type { EnrichActivities } from '../activities/enrich.js';
import type { FirstAidActivities } from '../activities/first-aid.js';
import type { GapsActivities } from '../activities/gaps.js';
import type { IncidentActivities } from '../activities/incidents.js';
import type { LedgerActivities } from '../activities/ledger.js';
import type { MarketDataActivities } from '../activities/market-data.js';
import type { ModelCareActivities } from '../activities/model-care.js';
import type { NotifyActivities } from '../activities/notify.js';
import type { ReplayActivities } from '../activities/replay.js';
import type { ReportActivities } from '../activities/reports.js';
import type { LayoutActivities, SelectorActivities } from '../activities/selectors.js';
import type { SequenceActivities } from '../activities/sequence.js';
import type { UpkeepActivities } from '../activities/upkeep.js';
import type { WatchActivities } from '../activities/watch.js';
import { TASK_QUEUES } from '../core/ids.js';
import { heldWhileFrozen } from './held-while-frozen.js';

/** Pages and details, on the queue of the source that may talk to the service. */
export const collectOn = (taskQueue: string) =>
  heldWhileFrozen(
    proxyActivities<CollectActivities>({
      taskQueue,
      startToCloseTimeout: '10 minutes', // 25 details at the slowest pace (3 s a browser page), each with a 30 s time-out
      heartbeatTimeout: '20 seconds', // beats come every 5 s; a dead worker is noticed after this
      scheduleToCloseTimeout: '3 hours', // an open circuit or a long Retry-After, not a stuck page
      retry: { initialInterval: '1 second', maximumInterval: '2 minutes' },
    }),
  );

/** Known pages before a run, and pages of an unknown layout: some dozens at the slowest pace. */
export const layoutOn = (taskQueue: string) =>
  heldWhileFrozen(
    proxyActivities<LayoutActivities>({
      taskQueue,
      startToCloseTimeout: '15 minutes', // 40 pages at 3 s, each with up to 5 s in which an unknown layout never looks finished
      heartbeatTimeout: '20 seconds',
      scheduleToCloseTimeout: '3 hours', // an open circuit or a long Retry-After, not a stuck page
      retry: { initialInterval: '1 second', maximumInterval: '2 minutes' },
    }),
  );

/** One call for a person who waits: not tried again. */
export const probeOn = (taskQueue: string) =>
  proxyActivities<CollectActivities>({
    taskQueue,
    startToCloseTimeout: '1 minute', // a browser page with its 40 s
    heartbeatTimeout: '20 seconds',
    scheduleToCloseTimeout: '90 seconds',
    retry: { maximumAttempts: 1 },
  });

/** A look at one day of the ledger. */
export const gaps = heldWhileFrozen(
  proxyActivities<GapsActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '1 hour', // a database restart is waited for; longer is an incident
    retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  }),
);

/** A proposal of selectors: seconds of work over kept pages. */
export const selectors = heldWhileFrozen(
  proxyActivities<SelectorActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '5 minutes',
    scheduleToCloseTimeout: '1 hour', // a database restart is waited for; longer is an incident
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
  }),
);

/** Short database steps. */
export const ledger = heldWhileFrozen(
  proxyActivities<LedgerActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '1 hour', // a database restart is waited for; longer is an incident
    retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  }),
);

/** Phases of the sequence that only read and write our own stores. */
export const sequence = heldWhileFrozen(
  proxyActivities<SequenceActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '5 minutes',
    scheduleToCloseTimeout: '1 hour',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  }),
);

/** Composition by rules: database work alone. */
export const composition = heldWhileFrozen(
  proxyActivities<EnrichActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '20 seconds',
    scheduleToCloseTimeout: '1 hour',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
  }),
);

/** The model. A batch ends by itself at the deadline it is given. */
export const model = heldWhileFrozen(
  proxyActivities<EnrichActivities & ModelCareActivities>({
    taskQueue: TASK_QUEUES.llm,
    startToCloseTimeout: '15 minutes', // 20 properties at 30 s, the slowest seen on two cores, with room
    heartbeatTimeout: '20 seconds',
    scheduleToCloseTimeout: '1 hour',
    retry: { initialInterval: '2 seconds', maximumInterval: '1 minute', maximumAttempts: 5 }, // rules' words stay meanwhile
  }),
);

/** Files of open market data: hours for the largest on a slow line; what is down is asked again for a day. */
export const marketData = heldWhileFrozen(
  proxyActivities<MarketDataActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '3 hours',
    heartbeatTimeout: '20 seconds',
    scheduleToCloseTimeout: '1 day',
    retry: { initialInterval: '1 minute', maximumInterval: '1 hour', maximumAttempts: 8 },
  }),
);

/** Stored answers, read once more: parsing and database work alone. */
export const replays = heldWhileFrozen(
  proxyActivities<ReplayActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '5 minutes', // 50 answers of up to 1,000 rows, each of which may have to be written
    heartbeatTimeout: '20 seconds',
    scheduleToCloseTimeout: '1 hour', // a database restart is waited for; longer is an incident
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
  }),
);

/** Upkeep: all of the database is read, some of it written once more. */
export const upkeep = heldWhileFrozen(
  proxyActivities<UpkeepActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '6 hours',
    heartbeatTimeout: '20 seconds',
    scheduleToCloseTimeout: '1 day',
    retry: { initialInterval: '1 minute', maximumInterval: '10 minutes', maximumAttempts: 5 }, // a restore that was killed is over after 30 s
  }),
);

/** Baselines: the figures of a month of runs are read, those of runs without them are made. */
export const baselines = heldWhileFrozen(
  proxyActivities<BaselineActivities>({
    taskQueue: TASK_QUEUES.pipeline,
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '20 seconds',
    scheduleToCloseTimeout: '6 hours',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  }),
);

/** Mail. Waits out a mail server that is down for some hours, without holding up the day. */
export const notify = proxyActivities<NotifyActivities>({
  taskQueue: TASK_QUEUES.notify,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '6 hours',
  retry: { initialInterval: '5 seconds', maximumInterval: '10 minutes' },
});

/** Measures and their consequences: some dozens of short queries, now and then a sample of the database. */
export const alerts = proxyActivities<AlertActivities>({
  taskQueue: TASK_QUEUES.notify, // goes on while everything else is frozen
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '10 minutes', // the next evaluation measures anew; an old one helps nobody
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Notices. Waits out services that are down for two days. */
export const deliveries = proxyActivities<DeliverActivities>({
  taskQueue: TASK_QUEUES.notify,
  startToCloseTimeout: '2 minutes', // some recipients with 10 s each
  heartbeatTimeout: '20 seconds',
  scheduleToCloseTimeout: '2 days',
  retry: { initialInterval: '2 seconds', maximumInterval: '2 minutes' },
});

/** Incidents: short database steps. An incident waits for its database, however long: without it nobody can be told either. */
export const incidents = proxyActivities<IncidentActivities>({
  taskQueue: TASK_QUEUES.notify, // goes on while everything else is frozen
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** The watchdog's looks: a few short queries. */
export const watch = proxyActivities<WatchActivities>({
  taskQueue: TASK_QUEUES.notify,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes', // the next round looks anew
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** What the watchdog told incidents: the next round goes by it, so that it is waited for, and no other round begins meanwhile. */
export const watchMemory = proxyActivities<Pick<WatchActivities, 'keepRound'>>({
  taskQueue: TASK_QUEUES.notify,
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** What the machine tries about an incident: one try each, a person is next. */
export const firstAid = proxyActivities<FirstAidActivities>({
  taskQueue: TASK_QUEUES.notify,
  startToCloseTimeout: '5 minutes', // ten proxies with their time-outs
  heartbeatTimeout: '20 seconds',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 3 },
});

/** Figures and files of reports. The browser of a report starts and ends with it. */
export const reports = proxyActivities<ReportActivities>({
  taskQueue: TASK_QUEUES.notify, // reports tell of a freeze too
  startToCloseTimeout: '15 minutes', // a month of requests is read, and some dozens of pages are printed
  heartbeatTimeout: '20 seconds',
  scheduleToCloseTimeout: '3 hours', // a database restart is waited for; longer is an incident
  retry: { initialInterval: '2 seconds', maximumInterval: '2 minutes' },
});

/** Mails of reports. Waits out a mail server that is down for a day; the files are there meanwhile. */
export const reportMail = proxyActivities<ReportActivities>({
  taskQueue: TASK_QUEUES.notify,
  startToCloseTimeout: '5 minutes', // charts are drawn, then some recipients with 10 s each
  heartbeatTimeout: '20 seconds',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '5 seconds', maximumInterval: '10 minutes' },
});

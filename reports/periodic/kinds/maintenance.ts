import { type KindPlan, lines } from '../registry.js';

/** Report of the upkeep of a week (R-OP, "Weekly Maintenance"). */
export const MAINTENANCE: KindPlan = {
  title: 'Maintenance report',
  layout: 'page',
  headline: ['upkeep-done', 'upkeep-failed', 'database-bytes', 'disk', 'uptime', 'security-alerts'],
  sections: [
    {
      id: 'done',
      title: 'What was done',
      blocks: [...lines('upkeep-done', 'upkeep-failed'), { table: 'upkeep' }, { list: 'upkeep-problems' }],
    },
    {
      id: 'storage',
      title: 'Storage',
      blocks: [...lines('database-bytes', 'database-quota', 'disk', 'memory', 'cpu')],
    },
    {
      id: 'health',
      title: 'Health',
      blocks: [
        ...lines('uptime', 'error-rate', 'recovery-rate', 'security-alerts', 'zips-fresh', 'oldest-zip'),
        { table: 'zip-ages' },
        { table: 'errors' },
        { list: 'alerts-open' },
      ],
    },
    {
      id: 'tuning',
      title: 'Tuning',
      blocks: [
        ...lines('rows-per-hour', 'store-ms', 'enriched-per-hour', 'phases-over', 'savings'),
        { table: 'batches' },
        { list: 'opportunities' },
        { list: 'recommendations' },
      ],
    },
    {
      id: 'next',
      title: 'What waits',
      blocks: [...lines('queue-waiting', 'reviews'), { note: 'maintenance' }],
    },
  ],
};

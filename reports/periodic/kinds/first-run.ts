import { type KindPlan, lines } from '../registry.js';

/** What the first supervised run showed (R-DP, "First Production Collection" and "24-Hour Production Validation"). */
export const FIRST_RUN: KindPlan = {
  title: 'Report of the first run',
  layout: 'page',
  headline: ['success-rate', 'collected', 'error-rate', 'validity', 'collection-minutes', 'cost-day'],
  sections: [
    { id: 'criteria', title: 'Criteria of the first day', blocks: [{ table: 'first-run-criteria' }] },
    {
      id: 'collection',
      title: 'What was collected',
      blocks: [
        ...lines('collected', 'stored-new', 'quarantined', 'properties', 'requests', 'rows-per-hour'),
        { table: 'by-zip' },
        { list: 'missing' },
        { list: 'warnings' },
      ],
    },
    {
      id: 'performance',
      title: 'How it ran',
      blocks: [
        ...lines('sequence-minutes', 'collection-minutes', 'phases-over', 'answer-ms', 'store-ms'),
        { table: 'phases' },
        { table: 'by-source' },
        ...lines('enriched-model', 'enriched-per-hour', 'queue-waiting'),
        ...lines('cpu', 'memory', 'disk', 'database-bytes', 'database-quota'),
      ],
    },
    {
      id: 'quality',
      title: 'Quality of the data',
      blocks: [
        ...lines('quality-score', 'completeness', 'agreement', 'validity', 'duplicates', 'valid-rows', 'gates'),
        { table: 'quarantine' },
        { table: 'findings' },
      ],
    },
    {
      id: 'trouble',
      title: 'Trouble',
      blocks: [
        ...lines('troubles', 'recovery-rate', 'alerts-critical', 'alerts-warning', 'notice-seconds'),
        { table: 'errors' },
        { table: 'recoveries' },
        { list: 'alerts-open' },
      ],
    },
    {
      id: 'money',
      title: 'Money',
      blocks: [...lines('cost', 'cost-property', 'budget-used', 'month-forecast'), { table: 'cost-review' }],
    },
    { id: 'next', title: 'What comes next', blocks: [{ list: 'opportunities' }, { note: 'focus' }] },
  ],
};

import { type KindPlan, lines } from '../registry.js';

/** Daily operations report, 08:00 (R-OP, "Daily Operations Report"). */
export const DAILY: KindPlan = {
  title: 'Daily operations report',
  layout: 'page',
  headline: ['success-rate', 'collected', 'error-rate', 'completeness', 'cost-day', 'budget-used'],
  mail: [
    {
      id: 'brief',
      title: 'Executive summary',
      blocks: [
        ...lines('uptime', 'stored-new', 'changes', 'properties', 'quality-score', 'incidents-open', 'alerts-open'),
        { chart: 'collected' },
        { chart: 'success' },
      ],
    },
    {
      id: 'brief-operations',
      title: 'Operational metrics',
      blocks: [
        { table: 'by-zip' },
        ...lines('sequence-minutes', 'collection-minutes', 'rows-per-hour', 'recovery-rate', 'queue-waiting'),
        { table: 'homes' },
      ],
    },
    {
      id: 'brief-money',
      title: 'Financial summary',
      blocks: [
        ...lines('cost', 'cost-property', 'month-cost', 'budget-left', 'month-forecast', 'month-variance'),
        { chart: 'cost' },
      ],
    },
    {
      id: 'brief-quality',
      title: 'Quality assessment',
      blocks: [
        ...lines('agreement', 'validity', 'duplicates', 'freshness'),
        { chart: 'quality' },
        { list: 'degradations' },
      ],
    },
    {
      id: 'brief-actions',
      title: 'Action items',
      blocks: [
        { list: 'alerts-open' },
        { list: 'missing' },
        { list: 'opportunities' },
        { list: 'recommendations' },
        { list: 'upkeep' },
        { note: 'focus' },
      ],
    },
  ],
  sections: [
    {
      id: 'summary',
      title: 'Executive summary',
      blocks: [
        { chart: 'collected' },
        { chart: 'success' },
        ...lines('uptime', 'success-rate', 'collected', 'stored-new', 'changes', 'properties'),
        ...lines('cost', 'budget-used', 'quality-score', 'oldest-zip', 'incidents-open', 'alerts-open'),
        { table: 'baselines' },
      ],
    },
    {
      id: 'operations',
      title: 'Operational metrics',
      blocks: [
        { table: 'by-zip' },
        ...lines('sequence-minutes', 'collection-minutes', 'rows-per-hour', 'store-ms', 'phases-over'),
        { table: 'phases' },
        ...lines('requests', 'error-rate', 'answer-ms'),
        { table: 'by-source' },
        ...lines('troubles', 'recovery-rate', 'detect-ms', 'recover-ms', 'minutes-lost'),
        { table: 'recoveries' },
        { table: 'failures' },
        ...lines('enriched-model', 'enriched-per-hour', 'queue-waiting'),
        ...lines('cpu', 'memory', 'disk', 'database-bytes', 'database-quota'),
        { table: 'changes' },
        { table: 'homes' },
        { chart: 'price-per-sqft' },
      ],
    },
    {
      id: 'money',
      title: 'Financial summary',
      blocks: [
        ...lines('cost', 'cost-property', 'month-cost', 'budget-used', 'budget-left'),
        ...lines('month-forecast', 'forecast-low', 'forecast-high', 'month-variance', 'savings'),
        { chart: 'cost' },
        { table: 'cost-lines' },
        { list: 'controls' },
      ],
    },
    {
      id: 'quality',
      title: 'Quality assessment',
      blocks: [
        ...lines('quality-score', 'completeness', 'completeness-all', 'agreement', 'validity', 'duplicates'),
        ...lines('freshness', 'withheld', 'valid-rows', 'gates'),
        { chart: 'quality' },
        { table: 'quarantine' },
        { table: 'findings' },
        { list: 'degradations' },
        { list: 'opportunities' },
      ],
    },
    {
      id: 'actions',
      title: 'Action items',
      blocks: [
        { table: 'incidents' },
        { list: 'alerts-open' },
        { list: 'missing' },
        { list: 'warnings' },
        ...lines('reviews'),
        { list: 'recommendations' },
        { list: 'upkeep' },
        ...lines('alerts-critical', 'alerts-warning', 'notice-seconds'),
        { note: 'focus' },
      ],
    },
  ],
};

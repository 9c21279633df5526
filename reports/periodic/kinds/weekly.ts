import { type KindPlan, lines } from '../registry.js';

/** Weekly performance report, Monday 09:00; its mail is the weekly status (R-OP, "Weekly Performance Report" and status template). */
export const WEEKLY: KindPlan = {
  title: 'Weekly performance report',
  layout: 'page',
  headline: ['uptime', 'success-rate', 'collected', 'error-rate', 'cost', 'budget-used'],
  mail: [
    {
      id: 'status',
      title: 'Executive summary',
      blocks: lines('uptime', 'success-rate', 'budget-used', 'days-complete'),
    },
    {
      id: 'achieved',
      title: 'Key achievements',
      blocks: [{ list: 'achievements' }, { note: 'achievements' }],
    },
    {
      id: 'metrics',
      title: 'Performance metrics',
      blocks: [
        ...lines('collected', 'stored-new', 'rows-per-hour', 'cost-property', 'error-rate', 'quality-score'),
        { chart: 'collected' },
        { chart: 'success' },
        { chart: 'cost' },
      ],
    },
    { id: 'issues', title: 'Issues and resolutions', blocks: [{ list: 'issues' }] },
    { id: 'next', title: 'Next week', blocks: [{ note: 'focus' }, { list: 'alerts-open' }] },
    {
      id: 'better',
      title: 'Where it could do better',
      blocks: [{ list: 'opportunities' }, { list: 'recommendations' }],
    },
  ],
  sections: [
    {
      id: 'performance',
      title: 'Performance analysis',
      blocks: [
        { chart: 'collected' },
        { chart: 'success' },
        ...lines('success-rate', 'days-complete', 'collected', 'stored-new', 'changes', 'sequence-minutes'),
        ...lines('collection-minutes', 'rows-per-hour', 'store-ms', 'enriched-model', 'enriched-per-hour'),
        { table: 'baselines' },
        { table: 'comparison' },
        { table: 'by-zip' },
        { list: 'opportunities' },
      ],
    },
    {
      id: 'health',
      title: 'System health',
      blocks: [
        ...lines('uptime', 'autonomy', 'excellence', 'troubles', 'recovery-rate', 'detect-ms', 'recover-ms'),
        ...lines('cpu', 'memory', 'disk', 'database-bytes', 'database-quota'),
        ...lines('requests', 'error-rate', 'answer-ms'),
        ...lines('minutes-lost', 'incidents', 'incidents-open'),
        { table: 'failures' },
        { table: 'recoveries' },
        { table: 'incidents' },
        ...lines('alerts-critical', 'alerts-warning', 'security-alerts', 'notice-seconds'),
        { table: 'alerts' },
        { list: 'issues' },
        { note: 'security' },
      ],
    },
    {
      id: 'money',
      title: 'Cost and efficiency',
      blocks: [
        ...lines('cost', 'cost-day', 'cost-property', 'corrections', 'month-cost', 'budget-used', 'budget-left'),
        ...lines('month-forecast', 'forecast-low', 'forecast-high', 'month-variance', 'savings'),
        { chart: 'cost' },
        { table: 'cost-lines' },
        { table: 'cost-by-source' },
        { list: 'recommendations' },
        ...lines('value-low', 'value-high', 'return-low'),
      ],
    },
    {
      id: 'quality',
      title: 'Quality and reliability',
      blocks: [
        ...lines('quality-score', 'completeness', 'agreement', 'validity', 'duplicates', 'freshness', 'gates'),
        { chart: 'quality' },
        { table: 'quality-sources' },
        { table: 'findings' },
        { list: 'degradations' },
        { note: 'tests' },
        { note: 'customers' },
      ],
    },
    {
      id: 'market',
      title: 'Market',
      blocks: [{ table: 'changes' }, { table: 'homes' }, { chart: 'price-per-sqft' }],
    },
  ],
};

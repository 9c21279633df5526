import { type KindPlan, lines } from '../registry.js';

/** Any days that a person asks for (R-OP, "Reporting Command Reference"). */
export const CUSTOM: KindPlan = {
  title: 'Report of chosen days',
  layout: 'page',
  headline: ['success-rate', 'days-complete', 'collected', 'error-rate', 'cost-day', 'quality-score'],
  sections: [
    {
      id: 'performance',
      title: 'Collection',
      blocks: [
        ...lines('success-rate', 'days-run', 'days-complete', 'collected', 'stored-new', 'changes'),
        ...lines('sequence-minutes', 'collection-minutes', 'rows-per-hour', 'store-ms', 'enriched-model'),
        { chart: 'collected' },
        { chart: 'success' },
        { table: 'comparison' },
        { table: 'by-zip' },
        { table: 'by-source' },
      ],
    },
    {
      id: 'health',
      title: 'System health',
      blocks: [
        ...lines('uptime', 'requests', 'error-rate', 'troubles', 'recovery-rate', 'detect-ms', 'recover-ms'),
        { table: 'errors' },
        { table: 'recoveries' },
        { table: 'alerts' },
        { table: 'upkeep' },
        { list: 'issues' },
      ],
    },
    {
      id: 'money',
      title: 'Money',
      blocks: [
        ...lines('cost', 'cost-day', 'cost-property', 'corrections'),
        { chart: 'cost' },
        { table: 'cost-by-item' },
        { table: 'cost-by-source' },
        { table: 'cost-by-zip' },
        { table: 'cost-weeks' },
      ],
    },
    {
      id: 'quality',
      title: 'Quality',
      blocks: [
        ...lines('quality-score', 'completeness', 'agreement', 'validity', 'duplicates', 'freshness', 'gates'),
        { chart: 'quality' },
        { table: 'quality-sources' },
        { table: 'findings' },
        { list: 'degradations' },
      ],
    },
    { id: 'market', title: 'Market', blocks: [{ table: 'changes' }, { table: 'homes' }, { chart: 'price-per-sqft' }] },
  ],
};
